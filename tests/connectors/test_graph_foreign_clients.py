"""Others' clients at the Graph stand-in: what they understand of it, our connector may rely on.

msal (Microsoft's sign-in library) and O365 know the platform and know nothing of us.
"""

import base64
import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import msal
import pytest
from O365 import Account as ForeignAccount
from O365 import MSGraphProtocol
from O365.utils.token import MemoryTokenBackend

from connectors import guard
from connectors.standins.graph.sign_in import CLIENT_ID, CLIENT_SECRET
from tests.connectors.contract_suite import collected
from tests.connectors.microsoft365 import MAILBOX, Account
from tests.rigs.certificates import Certificates
from tests.rigs.platforms import Platform, platform


@pytest.fixture(scope="module")
def graph(certificates: Certificates) -> Iterator[Platform]:
    """The stand-in behind TLS: sign-in libraries speak to nothing else."""
    with platform("graph", certificate=certificates.certificate, key=certificates.key) as running:
        running.order("_mailbox", mailbox=MAILBOX)
        yield running


def signing_in(graph: Platform, certificates: Certificates, **changes: Any) -> Any:
    """Microsoft's own library, aimed at the stand-in."""
    given = {
        "client_credential": CLIENT_SECRET, "authority": f"{graph.url}/tenant1", "instance_discovery": False,
        "verify": str(certificates.authority),
    }  # fmt: skip
    return msal.ConfidentialClientApplication(CLIENT_ID, **given | changes)


@pytest.fixture
def app(graph: Platform, certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    return signing_in(graph, certificates)


@pytest.fixture
def foreign(graph: Platform, app: Any, certificates: Certificates) -> ForeignAccount:
    class Protocol(MSGraphProtocol):
        _protocol_url = f"{graph.url}/"

    backend = MemoryTokenBackend()
    account = ForeignAccount(
        (CLIENT_ID, CLIENT_SECRET), auth_flow_type="credentials", tenant_id="tenant1", protocol=Protocol(),
        token_backend=backend, main_resource=MAILBOX,
    )  # fmt: skip
    account.con._msal_client = signing_in(graph, certificates, token_cache=backend)
    account.con.verify_ssl = str(certificates.authority)
    graph.order("_reset")
    graph.order("_mailbox", mailbox=MAILBOX)
    assert account.authenticate()
    return account


def test_msal_signs_in_as_the_application_and_keeps_the_token(app: Any, graph: Platform) -> None:
    first = app.acquire_token_for_client(scopes=[f"{graph.url}/.default"])
    again = app.acquire_token_for_client(scopes=[f"{graph.url}/.default"])
    assert (first["token_type"], first["access_token"]) == ("Bearer", again["access_token"])
    assert again["token_source"] == "cache"


def test_msal_understands_why_a_secret_is_refused(
    graph: Platform, certificates: Certificates, app: Any
) -> None:
    wrong = signing_in(graph, certificates, client_credential="wrong")
    answer = wrong.acquire_token_for_client(scopes=[f"{graph.url}/.default"])
    assert answer["error"] == "invalid_client"


def test_o365_pages_through_the_inbox_and_reads_mail(foreign: ForeignAccount, graph: Platform) -> None:
    graph.order("_deliver", mailbox=MAILBOX, text="The wall is wet.", subject="Damp", times=25)
    found = list(foreign.mailbox().inbox_folder().get_messages(limit=25, batch=10))
    assert len({one.internet_message_id for one in found}) == 25
    assert (found[0].subject, found[0].sender.address) == ("Damp 24.", "wyn@example.net")
    assert "The wall is wet." in found[0].body
    assert b"Subject: Damp 24." in found[0].get_mime_content()


def test_o365_replies_and_sends_with_files(foreign: ForeignAccount, graph: Platform) -> None:
    graph.order("_deliver", mailbox=MAILBOX, subject="Damp", message_id="<first@example.net>")
    [message] = list(foreign.mailbox().inbox_folder().get_messages(limit=1))
    reply = message.reply(to_all=False)
    reply.body = "We have asked the council."
    assert reply.send()
    fresh = foreign.mailbox().new_message()
    fresh.to.add("council@example.org")
    fresh.subject, fresh.body = "A wet wall", "Please look at it."
    assert fresh.save_draft()  # only a draft takes large files, piece by piece
    fresh.attachments.add([(BytesIO(b"small"), "a.txt"), (BytesIO(b"large" * 900_000), "b.txt")])
    assert fresh.save_draft()
    assert fresh.send()
    first, second = graph.client.get(f"{graph.url}/_left").json()
    assert "In-Reply-To: <first@example.net>" in first["mime"]
    assert (first["to"], second["to"]) == (["wyn@example.net"], ["council@example.org"])
    parsed = email.message_from_string(second["mime"], policy=email.policy.default)
    sizes = {part.get_filename(): len(part.get_payload(decode=True)) for part in parsed.iter_attachments()}
    assert sizes == {"a.txt": 5, "b.txt": 4_500_000}


def test_o365_waits_as_long_as_it_is_told_and_asks_again(foreign: ForeignAccount, graph: Platform) -> None:
    graph.order(
        "_faults", on="GET .*/messages", act="status", status=429, headers={"retry-after": "1"},
        body={"error": {"code": "ApplicationThrottled", "message": "later"}},
    )  # fmt: skip
    assert list(foreign.mailbox().inbox_folder().get_messages(limit=5)) == []
    assert [one["status"] for one in graph.log() if one["path"].endswith("/messages")] == [429, 200]


def test_what_o365_sends_our_connector_reads_and_the_other_way_round(
    foreign: ForeignAccount, graph: Platform, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    monkeypatch.setattr(guard, "trusting_as_this_system", lambda use: guard.trusting(None))
    fresh = foreign.mailbox().new_message()
    fresh.to.add(MAILBOX)
    fresh.subject, fresh.body, fresh.body_type = "From afar", "Hello Wŷn", "text"
    assert fresh.send()
    ours = Account(graph).channel(authority_url=graph.url)
    arrivals, _ = collected(ours)
    assert {one.hints["folder"] for one in arrivals} == {"inbox", "sentitems"}
    assert all(b"From afar" in one.raw for one in arrivals)


def test_o365_finds_sorts_and_files_mail(foreign: ForeignAccount, graph: Platform) -> None:
    graph.order("_deliver", mailbox=MAILBOX, subject="Damp wall", text="mould and damp", ago=60)
    graph.order("_deliver", mailbox=MAILBOX, subject="Buses", **{"from": "ana@example.net"})
    mailbox = foreign.mailbox()
    inbox = mailbox.inbox_folder()
    for wish, wanted in (
        ("startswith(subject,'Damp')", ["Damp wall"]),
        ("from/emailAddress/address eq 'ana@example.net' and isRead eq false", ["Buses"]),
        ("receivedDateTime ge 2026-01-01T00:00:00Z", ["Buses", "Damp wall"]),
        ("contains(subject,'no such')", []),
    ):
        assert [one.subject for one in inbox.get_messages(query=wish)] == wanted, wish
    done = mailbox.create_child_folder("Done")
    [damp] = inbox.get_messages(query="subject eq 'Damp wall'")
    assert damp.mark_as_read()
    assert damp.move(done)
    assert [one.subject for one in inbox.get_messages()] == ["Buses"]
    assert [(one.subject, one.is_read) for one in done.get_messages()] == [("Damp wall", True)]


def test_o365_fetches_the_files_of_mail_that_came(foreign: ForeignAccount, graph: Platform) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "wyn@example.net", MAILBOX, "A picture"
    message.set_content("See the wall.")
    message.add_attachment(b"\xff\xd8\xff\xd9", maintype="image", subtype="jpeg", filename="wall.jpg")
    graph.order("_deliver", mailbox=MAILBOX, mime=message.as_string())
    [found] = list(foreign.mailbox().inbox_folder().get_messages(download_attachments=True))
    assert found.has_attachments
    [file] = found.attachments
    assert (file.name, base64.b64decode(file.content)) == ("wall.jpg", b"\xff\xd8\xff\xd9")


def test_o365_passes_mail_on_and_answers_all(foreign: ForeignAccount, graph: Platform) -> None:
    graph.order("_deliver", mailbox=MAILBOX, subject="Damp", message_id="<first@example.net>")
    [found] = list(foreign.mailbox().inbox_folder().get_messages())
    onward = found.forward()
    onward.to.add("council@example.org")
    assert onward.send()
    assert found.reply(to_all=True).send()
    first, second = graph.client.get(f"{graph.url}/_left").json()
    assert (first["to"], second["to"]) == (["council@example.org"], ["wyn@example.net"])
    assert "Subject: FW: Damp" in first["mime"] and "In-Reply-To" not in first["mime"]
    assert "In-Reply-To: <first@example.net>" in second["mime"]
