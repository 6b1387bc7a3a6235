"""A real Exim mail server: takes mail by SMTP as strangers and customers bring it, puts it into mailboxes."""

import email
import shutil
import smtplib
import subprocess
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path

from tests.rigs.certificates import Certificates
from tests.rigs.dovecot import PASSWORD, USER, Dovecot
from tests.rigs.processes import Owner, answers, free_port, program, stop, until

CONFIGURATION = """
primary_hostname = mail.example.org
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/exim.pid
exim_user = {uid}
exim_group = {gid}
admin_groups = {gid}
keep_environment =
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
disable_ipv6 = true
rfc1413_query_timeout = 0s
tls_advertise_hosts = *
tls_certificate = {folder}/server.pem
tls_privatekey = {folder}/server.key
message_size_limit = 50M
smtputf8_advertise_hosts = *
acl_smtp_mail = accept
acl_smtp_rcpt = check_recipient
acl_smtp_data = accept
begin acl
check_recipient:
  accept authenticated = *
  accept domains = example.org
         verify = recipient
  deny message = relay not permitted
begin routers
mailboxes:
  driver = accept
  address_data = ${{lookup {{$local_part@$domain}} dsearch,filter=dir {{{mailboxes}}} {{$value}} fail}}
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {mailboxes}/$address_data/Maildir
  maildir_format
  delivery_date_add
  envelope_to_add
  return_path_add
begin retry
* * F,1h,5m
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_advertise_condition = ${{if def:tls_in_cipher}}
  server_condition = ${{if and {{{{eq {{$auth2}}{{{user}}}}}{{eq {{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
"""
"""Strangers are refused a recipient without a mailbox; for who signed in it is taken, then bounced."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One copy of a message in the mailbox of `recipient`, with the envelope that Exim wrote into it."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def letter(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=policy.default)

    @property
    def came(self) -> str:
        """How it came to Exim, in Exim's words: its newest trace header."""
        return str(self.letter.get_all("Received", [])[0])


class Exim:
    """One Exim. What it takes for somebody lands in their mailbox at `dovecot`; USER may send to anybody."""

    def __init__(self, folder: Path, certificates: Certificates, dovecot: Dovecot) -> None:
        self.folder = folder
        self.certificates = certificates
        self.dovecot = dovecot
        self.owner = Owner.unprivileged()
        self.host, self.password = "localhost", PASSWORD
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("spool", "log"):
            (folder / name).mkdir(parents=True)
        for name in ("server.pem", "server.key"):
            shutil.copyfile(certificates.authority.parent / name, folder / name)
        self.owner.take(folder)

    def start(self) -> None:
        self.port = free_port()
        configuration = self.folder / "exim.conf"
        configuration.write_text(self._configuration())
        # In the foreground; each message is delivered the moment it is taken.
        command = [program("exim4"), "-C", str(configuration), "-bdf"]
        with (self.folder / "start.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.owner.command(command), stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )
        try:
            until(lambda: answers(self.port), what="Exim to answer")
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.log()}") from None

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process)
            self._process = None

    def log(self) -> str:
        """What it wrote to its logs."""
        paths = [self.folder / "start.log", *sorted((self.folder / "log").iterdir())]
        return "".join(path.read_text(errors="replace") for path in paths if path.exists())

    def open_mailbox(self, address: str) -> None:
        """Somebody who can be written to, with nothing in their mailbox."""
        shutil.rmtree(self.dovecot.path(user=address), ignore_errors=True)
        self.dovecot.make_folder("INBOX", address)

    def post(self, raw: bytes, *, sender: str, recipient: str = USER) -> None:
        """Brings `raw` as any mail server in the world would."""
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="elsewhere.example.org") as client:
            client.sendmail(sender, [recipient], raw)

    def delivered(self, address: str) -> list[Delivered]:
        """What lies in the mailbox of `address`, oldest first."""
        mails = self.dovecot.messages(user=address)
        return [_delivered(mails[name]) for name in sorted(mails)]

    def _configuration(self) -> str:
        return CONFIGURATION.format(
            folder=self.folder,
            port=self.port,
            uid=self.owner.uid,
            gid=self.owner.gid,
            user=USER,
            password=self.password,
            mailboxes=self.dovecot.folder / "homes",
        )


def _delivered(raw: bytes) -> Delivered:
    headers = email.message_from_string(raw.decode(), policy=policy.compat32)
    return Delivered(str(headers["Return-path"]).strip("<>"), str(headers["Envelope-to"]), raw)
