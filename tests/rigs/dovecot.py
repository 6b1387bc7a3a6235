"""A real Dovecot mailbox server, with ways to deliver mail into it and to make it misbehave."""

import base64
import grp
import hashlib
import hmac
import imaplib
import itertools
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from tests.rigs.certificates import Certificates
from tests.rigs.processes import Owner, answers, free_port, program, stop, until

USER = "casework@example.org"
PASSWORD = "four-brass-buttons"

FOLDERS = ("INBOX", "Sent", "Processed")

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_cache_size = 0
mail_max_userip_connections = 200
mail_location = maildir:~/Maildir:LAYOUT=fs
maildir_stat_dirs = yes
mail_fsync = never
mail_save_crlf = yes
mailbox_list_index = no
first_valid_uid = 1
first_valid_gid = 1
imap_idle_notify_interval = 30 s
{capability}
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {folder}/users
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/homes/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 0
  service_count = 0
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""

OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = email
"""


class Profile(StrEnum):
    """What the server says it can do: all of it, or only what the meanest hosts offer."""

    FULL = ""
    NO_MOVE = "imap_capability = IMAP4rev1 LITERAL+ UIDPLUS"
    HOSTILE = "imap_capability = IMAP4rev1"


class Dovecot:
    """One Dovecot, any number of users. `port` speaks plain and STARTTLS, `tls_port` TLS from the start."""

    def __init__(self, folder: Path, certificates: Certificates, profile: Profile = Profile.FULL) -> None:
        self.folder = folder
        self.certificates = certificates
        self.profile = profile
        self.owner = Owner.unprivileged()
        self.host = "localhost"
        self.port = self.tls_port = 0
        self._key = secrets.token_bytes(32)
        self._users: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("run", "state", "homes", "keys/default/HS256"):
            (folder / name).mkdir(parents=True)
        (folder / "keys/default/HS256/default").write_bytes(base64.b64encode(self._key))
        (folder / "oauth2.conf").write_text(OAUTH2.format(folder=folder))
        for name in ("server.pem", "server.key"):
            shutil.copyfile(certificates.authority.parent / name, folder / name)
        self.owner.take(folder)
        self.add_user(USER, PASSWORD)

    # --- life

    def start(self) -> None:
        """Starts it, on the ports it had before if it ran before."""
        if not self.port:
            self.port, self.tls_port = free_port(), free_port()
        configuration = self.folder / "dovecot.conf"
        configuration.write_text(self._configuration())
        command = [program("dovecot"), "-F", "-c", str(configuration)]
        with (self.folder / "start.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.owner.command(command),
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        try:
            until(lambda: _greets(self.port), what="Dovecot to answer")
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.log()}") from None

    def stop(self) -> None:
        """Ends it and every connection to it."""
        if self._process is not None:
            stop(self._process)
            until(lambda: not answers(self.port), what="Dovecot to end")
            self._process = None

    def kill(self) -> None:
        """Ends it and all its children without a word (SIGKILL)."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(5)
            until(lambda: not answers(self.port), what="Dovecot to end")
            self._process = None
        for path in (self.folder / "run").iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for lock in (self.folder / "homes").rglob("*.lock"):
            lock.unlink()  # left by a killed process, it would make the next one wait for minutes

    def restart(self) -> None:
        self.stop()
        self.start()

    def log(self) -> str:
        """What it wrote to its log."""
        paths = [self.folder / name for name in ("start.log", "dovecot.log")]
        return "".join(path.read_text(errors="replace") for path in paths if path.exists())

    # --- people

    def add_user(self, user: str, password: str = PASSWORD) -> str:
        """Adds `user` (or changes the password) with folders INBOX, Sent and Processed; returns the name.

        Starts the server again, which otherwise looks into its list of users once a second.
        """
        with self.stopped():
            self._users[user] = password
            lines = "".join(f"{name}:{{PLAIN}}{word}::::::\n" for name, word in self._users.items())
            (self.folder / "users").write_text(lines)
            self.owner.take(self.folder / "users")
            for folder in FOLDERS:
                self.make_folder(folder, user)
        return user

    def token(self, user: str = USER, *, expires_in: int = 3600, signed_by: bytes | None = None) -> str:
        """An OAuth access token (a JWT) that XOAUTH2 accepts for `user` until it runs out."""
        now = int(time.time())
        head = {"alg": "HS256", "typ": "JWT"}
        body = {"email": user, "sub": user, "iat": now - 7200, "exp": now + expires_in}
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in (head, body))
        signature = hmac.new(signed_by or self._key, signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_base64url(signature)}"

    # --- mail

    def path(self, folder: str = "INBOX", user: str = USER) -> Path:
        """Where the Maildir of `folder` lies."""
        root = self.folder / "homes" / user / "Maildir"
        return root if folder == "INBOX" else root / folder

    def make_folder(self, folder: str, user: str = USER) -> None:
        path = self.path(folder, user)
        for name in ("tmp", "new", "cur"):
            (path / name).mkdir(parents=True, exist_ok=True)
        self.owner.take(self.folder / "homes" / user)

    def deliver(
        self, raw: bytes, folder: str = "INBOX", *, user: str = USER, at: datetime | None = None
    ) -> None:
        """Puts `raw` into `folder` as a mail system would; `at` becomes its INTERNALDATE."""
        name = f"{time.time_ns() // 1000}.M{next(self._numbers):06d}P{os.getpid()}.example"
        path = self.path(folder, user)
        new = path / "tmp" / name
        new.write_bytes(raw)
        if at is not None:
            os.utime(new, (at.timestamp(), at.timestamp()))
        self.owner.take(new)
        new.rename(path / "new" / name)

    def messages(self, folder: str = "INBOX", user: str = USER) -> dict[str, bytes]:
        """What lies in `folder` now: Maildir file name (flags after the colon) to bytes."""
        path = self.path(folder, user)
        return {
            each.name: each.read_bytes()
            for part in ("new", "cur")
            for each in sorted((path / part).iterdir())
        }

    def remove(self, containing: bytes, folder: str = "INBOX", user: str = USER) -> None:
        """Removes every message with `containing` in it, behind the server's back."""
        path = self.path(folder, user)
        for part in ("new", "cur"):
            for each in list((path / part).iterdir()):
                if containing in each.read_bytes():
                    each.unlink()

    def empty(self, user: str = USER) -> None:
        """Removes all mail of `user` and all folders but INBOX, Sent and Processed. UIDs go on counting."""
        with imaplib.IMAP4("127.0.0.1", self.port) as client:
            client.login(user, self._users[user])
            for line in client.list()[1]:
                name = _folder_in(line)
                if name not in FOLDERS:
                    client.delete(f'"{name}"')
                elif client.select(name)[1] != [b"0"]:
                    client.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
                    client.expunge()

    def change_uidvalidity(self, folder: str = "INBOX", user: str = USER, *, by: int = 1000) -> None:
        """Gives `folder` another UIDVALIDITY and all its mail new UIDs, as a restored mail server would.

        `by=0` is a broken server: the numbers begin again under the old UIDVALIDITY.
        """
        with self.stopped():
            path = self.path(folder, user)
            before = _uidvalidity(path / "dovecot-uidlist")
            for index in path.glob("dovecot.index*"):
                index.unlink()
            header = f"3 V{before + by} N1 G{secrets.token_hex(16)}\n"
            (path / "dovecot-uidlist").write_text(header)
            self.owner.take(path)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stopped inside the block, running again after it if it ran before."""
        was_running = self._process is not None
        self.kill()
        yield
        if was_running:
            self.start()

    def _configuration(self) -> str:
        return CONFIGURATION.format(
            folder=self.folder,
            user=self.owner.name,
            group=grp.getgrgid(self.owner.gid).gr_name,
            uid=self.owner.uid,
            gid=self.owner.gid,
            certificate=self.folder / "server.pem",
            key=self.folder / "server.key",
            plain_port=self.port,
            tls_port=self.tls_port,
            capability=self.profile.value,
        )


def _uidvalidity(uidlist: Path) -> int:
    if not uidlist.exists():
        return int(time.time())
    fields = uidlist.read_text(errors="replace").split("\n", 1)[0].split()
    return int(next(field[1:] for field in fields if field.startswith("V")))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _folder_in(line: object) -> str:
    """The name at the end of a LIST answer, as the server spells it."""
    assert isinstance(line, bytes)
    return line.decode().partition(' "/" ')[2].strip('"')


def _greets(port: int) -> bool:
    """Whether a mail server says hello on `port`: accepting comes before being ready."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as probe:
            return probe.recv(4) == b"* OK"
    except OSError:
        return False
