"""What an attack leaves behind: files that cannot run, logs without content, a history that tells."""

from email.message import EmailMessage

import pytest
from sqlalchemy import text

from connectors.contract import PermanentFailure
from connectors.guard import allowed
from inbox.history import verify
from inbox.models import Role
from tests.security.places import Place, if_match

CANARIES = ("CANARY-body", "CANARY-subject", "canary-person", "CANARY-file", "CANARY-name", "CANARY-query")
NAMES = (
    "../../CANARY-file.html",
    "a%0D%0AX-Evil: 1.svg",
    "\u202egpj.exe",
    "x" * 4096 + ".html",
    "nul%00.xml",
    "C:\\a\\b.mht",
)
TYPES = (("image", "svg+xml"), ("text", "xml"), ("application", "x-mimearchive"))


def a_mail_with_files() -> bytes:
    mail = EmailMessage()
    mail["From"] = "CANARY-name <canary-person@example.org>"
    mail["To"] = "rowan.ashby@example.org"
    mail["Subject"] = "CANARY-subject"
    mail["Message-ID"] = "<files@example.org>"
    mail.set_content("CANARY-body <script>alert(1)</script>")
    for name in NAMES:
        mail.add_attachment(b"<script>alert(1)</script>", maintype="text", subtype="html", filename=name)
    for maintype, subtype in TYPES:
        mail.add_attachment(
            b"<svg onload=alert(1)>", maintype=maintype, subtype=subtype, filename="a." + subtype
        )
    return mail.as_bytes()


def test_a_file_is_only_ever_a_download_that_runs_nothing(place: Place) -> None:
    place.ours.receive(a_mail_with_files())
    (case,) = place.ours.cases()
    files = place.ours.messages(case["reference"])[0]["attachments"]
    assert len(files) == len(NAMES) + len(TYPES)
    for file in files:
        assert not {"/", "\\", "\0", "\r", "\n", "\u202e"} & set(file["filename"])
        assert len(file["filename"].encode()) <= 255
        answer = place.ours.as_().get(f"/api/v1/attachments/{file['id']}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert place.theirs.as_(Role.MANAGER).get(f"/api/v1/attachments/{file['id']}").status_code == 404
        assert place.client().get(f"/api/v1/attachments/{file['id']}").status_code == 401


def test_nothing_that_anybody_wrote_is_in_the_log_or_the_metrics(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.ours.receive(a_mail_with_files())
    (case,) = place.ours.cases()
    client, path = place.ours.as_(), f"/api/v1/cases/{case['reference']}"
    draft = place.ours.new_draft(case["reference"], "CANARY-body")
    client.patch(f"/api/v1/drafts/{draft['id']}", json={"subject": "CANARY-subject"}, headers=if_match(draft))
    client.post(f"{path}/notes", json={"text": "CANARY-body", "CANARY-name": 1})
    client.post(
        f"{path}/notes", content=b'{"text": "CANARY-body', headers={"Content-Type": "application/json"}
    )
    client.get("/api/v1/search?q=CANARY-query")
    client.get("/api/v1/cases/CANARY-query", headers={"Authorization": "Bearer CANARY-name"})
    place.client().post("/sign-in", data={"email": "canary-person@example.org", "password": "CANARY-name"})
    told = "".join(capsys.readouterr()) + place.client().get("/metrics").text
    assert "route=" in told or '"route"' in told
    assert [canary for canary in CANARIES if canary in told] == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE event SET kind = 'closed' WHERE sequence = 2",
        "UPDATE event SET actor_id = 'somebody' WHERE sequence = 2",
        "UPDATE event SET detail = '{}' WHERE sequence = (SELECT max(sequence) FROM event)",
        "DELETE FROM event WHERE sequence = 2",
        "DELETE FROM event WHERE sequence = (SELECT max(sequence) FROM event)",
        "DELETE FROM chain_head",
        "UPDATE event SET sequence = -sequence WHERE sequence = 2",
    ],
)
def test_a_history_that_was_touched_says_so(place: Place, damage: str) -> None:
    place.ours.new_case()
    with place.database.write(place.ours.id) as session:
        assert verify(session) is None
        session.connection().execute(text(damage))
    with place.database.read(place.ours.id) as session:
        assert verify(session) is not None


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "::1", "[::1]", "0.0.0.0", "10.0.0.1", "192.168.1.1", "172.16.0.1",
        "169.254.169.254", "fd00::1", "fe80::1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
        "::ffff:127.0.0.1",
        "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "100.64.0.1",
        "100.100.100.200", "224.0.0.1", "::",
        "255.255.255.255", "192.0.2.1", "198.18.0.1",
    ],
)  # fmt: skip
def test_no_mail_server_may_be_inside_our_own_network(host: str) -> None:
    with pytest.raises(PermanentFailure):
        allowed(host, port=25)
