"""Files go with a reply as they were approved, and lie beside what was said by phone or letter."""

import base64
import re
from collections.abc import Sequence
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from connectors.email.mime import read_mail
from inbox.models import (
    Attachment,
    Case,
    Channel,
    Delivery,
    Draft,
    DraftState,
    Message,
    MessageKind,
    Role,
    Scan,
)
from tests.factories import a_message, an_arrival, an_attachment
from tests.pictures import SECRET, jpeg, png
from tests.web.desks import Desk, World
from tests.web.staff.offices import Bench, a_bench

PDF = ("files", ("../our letter\u202e.pdf", b"%PDF-1.4 our words", "application/pdf"))
PICTURE = ("files", ("mould.jpg", b"\xff\xd8\xff\xd9", "image/jpeg"))


def drafted(bench: Bench) -> Draft:
    with bench.read() as session:
        found: Draft = session.exec(select(Draft).where(Draft.case_id == bench.case().id)).one()
        return found


def begun(bench: Bench, desk: Desk, *files: Any) -> Any:
    return desk.press(f"/cases/{bench.reference}/drafts", {"text": "Dear Donna, see this."}, files=files)


def test_a_file_goes_out_with_the_reply_and_is_listed_on_the_message(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    where = begun(bench, desk, PDF).headers["location"]
    page = desk.get(where).text
    assert "our letter.pdf" in page
    sent = desk.press(f"{where}/send", {"version": str(drafted(bench).version), "text": "Dear Donna, see."})
    assert sent.status_code == 303, sent.text
    with bench.read() as session:
        row = session.exec(select(Delivery).where(Delivery.case_id == bench.case().id)).one()
        kept = session.exec(select(Attachment).where(Attachment.message_id == row.message_id)).one()
        raw = bench.desk(session).store.get(row.office_id, row.raw_hash)
    mail = read_mail(raw)
    assert [(one.filename, one.content) for one in mail.attachments] == [
        ("our letter.pdf", b"%PDF-1.4 our words")
    ]
    shown = desk.get(f"/cases/{bench.reference}").text
    assert f"/attachments/{kept.id}" in shown
    assert desk.get(f"/attachments/{kept.id}").content == b"%PDF-1.4 our words"


def test_a_photograph_leaves_without_the_place_where_it_was_taken(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    photo = ("files", ("mould.jpg", jpeg(), "image/jpeg"))
    sent = desk.press(f"/cases/{bench.reference}/drafts/send", {"text": "Dear Donna."}, files=[photo])
    assert sent.status_code == 303, sent.text
    with bench.read() as session:
        row = session.exec(select(Delivery).where(Delivery.case_id == bench.case().id)).one()
        raw = bench.desk(session).store.get(row.office_id, row.raw_hash)
        kept = session.exec(select(Attachment).where(Attachment.message_id == row.message_id)).one()
    [file] = read_mail(raw).attachments
    assert SECRET not in file.content and file.content.startswith(b"\xff\xd8")
    assert SECRET in desk.get(f"/attachments/{kept.id}").content, "the original may be evidence"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("IMG_7.HEIC", b"\0\0\0\x18ftypheic", "we cannot take that out"),
        ("x.jpg", jpeg()[:30], "is damaged"),
    ],
)
def test_a_picture_that_keeps_its_place_does_not_leave(
    bench: Bench, name: str, content: bytes, words: str
) -> None:
    desk = bench.sit(Role.CASEWORKER)
    photo = ("files", (name, content, "application/octet-stream"))
    sent = desk.press(f"/cases/{bench.reference}/drafts/send", {"text": "Dear Donna."}, files=[photo])
    assert sent.status_code == 422
    assert words in sent.text
    with bench.read() as session:
        assert session.exec(select(Delivery).where(Delivery.case_id == bench.case().id)).first() is None


MAIL = b"""From: donna@example.org
To: help@example.org
Subject: mould
MIME-Version: 1.0
Content-Type: text/html

<p>Look</p><img src="cid:one@x" alt="the &quot;wall"><img src="cid:two@x"><img src="cid:bad@x" alt="gone">
"""


def with_pictures(bench: Bench, *, risks: Sequence[str] = ()) -> str:
    """The address of a formatted mail with pictures inside, of which one is clean and one is infected."""
    store = bench.app.state.wiring.store
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        office, channel = case.office_id, session.exec(select(Channel)).first()
        arrival = an_arrival(session, channel, raw_hash=store.put(office, MAIL), state="done")
        message = a_message(session, case_id=case.id, arrival_id=arrival.id, has_html=True,
                            risks=list(risks))  # fmt: skip
        for content_id, content, scan in (
            ("one@x", png(), Scan.CLEAN), ("two@x", jpeg(), Scan.INFECTED), ("bad@x", b"<svg/>", Scan.CLEAN)
        ):  # fmt: skip
            digest = store.put(office, content)
            an_attachment(
                session, message, content_hash=digest, content_id=content_id, scan=scan, size=len(content)
            )
        return f"/cases/{bench.reference}/messages/{message.id}/body"


def test_pictures_inside_a_mail_stand_in_it_written_anew(bench: Bench) -> None:
    shown = bench.sit(Role.CASEWORKER).get(with_pictures(bench))
    assert shown.status_code == 200
    [source] = re.findall(r'src="([^"]*)"', shown.text)
    kind, _, content = source.partition(";base64,")
    assert kind == "data:image/png" and SECRET not in base64.b64decode(content)
    assert 'alt="the &quot;wall"' in shown.text
    assert "[Picture][Picture: gone]" in shown.text
    assert "img-src data:" in shown.headers["content-security-policy"]


def test_pictures_of_a_threat_are_not_put_before_anybody(bench: Bench) -> None:
    shown = bench.sit(Role.CASEWORKER).get(with_pictures(bench, risks=["threat"])).text
    assert "<img" not in shown and "[Picture: gone]" in shown


def test_a_file_that_is_taken_off_does_not_go(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    where = begun(bench, desk, PDF, PICTURE).headers["location"]
    first, second = drafted(bench).attachments
    off = desk.press(where, {"version": str(drafted(bench).version), "text": "Typed on.", "remove": first})
    assert off.status_code == 303
    assert drafted(bench).attachments == [second]
    assert drafted(bench).text == "Typed on."
    assert "our letter.pdf" not in desk.get(where).text


def test_the_files_are_part_of_what_is_approved(app: FastAPI, world: World) -> None:
    bench = a_bench(app, world, approval_office="other")
    writer, manager = bench.sit(Role.CASEWORKER), bench.sit(Role.MANAGER)
    writer.press(f"/cases/{bench.reference}/drafts/send", {"text": "Dear Donna."}, files=[PDF])
    draft = drafted(bench)
    assert draft.state == DraftState.SUBMITTED
    seen = manager.get(f"/approvals/{draft.id}").text
    assert "our letter.pdf" in seen
    digest = re.search(r'name="digest" value="([^"]+)"', seen)
    assert digest is not None
    url = f"/cases/{bench.reference}/drafts/{draft.number}"
    writer.press(url, {"version": str(draft.version)}, files=[PICTURE])
    assert drafted(bench).state == DraftState.DRAFT, "another file is another letter"
    refused = manager.press(f"/approvals/{draft.id}/approve", {"digest": digest[1]})
    assert refused.status_code in (409, 412)
    with bench.read() as session:
        assert session.exec(select(Delivery).where(Delivery.case_id == bench.case().id)).first() is None


def test_more_than_the_channel_takes_is_refused_and_the_words_are_kept(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    where = begun(bench, desk, ("files", ("a.bin", b"x" * (13 << 20), ""))).headers["location"]
    version = str(drafted(bench).version)
    more = desk.press(
        where, {"version": version, "text": "New words."}, files=[("files", ("b.bin", b"y" * (13 << 20), ""))]
    )
    assert more.status_code == 422
    assert "Files are 26 MB; this channel takes 25. Take some off." in more.text
    assert drafted(bench).text == "New words."
    assert len(drafted(bench).attachments) == 1


def test_an_empty_file_or_too_many_are_refused_in_words(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    empty = begun(bench, desk, ("files", ("nothing.txt", b"", "text/plain")))
    assert empty.status_code == 422
    assert "The file nothing.txt is empty." in empty.text
    many = begun(bench, desk, *[("files", (f"{number}.txt", b"x", "text/plain")) for number in range(21)])
    assert "One message takes 20 files. Choose fewer." in many.text


@pytest.mark.parametrize("scan", [Scan.INFECTED, Scan.HELD])
def test_a_file_that_may_be_harmful_does_not_leave(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, scan: Scan
) -> None:
    monkeypatch.setattr("inbox.scanning.not_scanned", lambda content: scan)
    desk = bench.sit(Role.CASEWORKER)
    sent = desk.press(f"/cases/{bench.reference}/drafts/send", {"text": "Dear Donna."}, files=[PDF])
    assert sent.status_code == 422
    assert "our letter.pdf" in sent.text and "Take it off" in sent.text
    file = drafted(bench).attachments[0]
    assert desk.get(f"/attachments/{file}").status_code == 403


def test_a_letter_is_scanned_in_with_the_case_it_opens(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    fields = {"kind": "letter", "name": "Nia Cole", "text": "She wrote about her rent.", "subject": "Rent"}
    made = desk.press("/cases/new", fields, files=[PICTURE])
    assert made.status_code == 303, made.text
    with bench.read() as session:
        case = session.exec(select(Case).where(Case.subject == "Rent")).one()
        message = session.exec(select(Message).where(Message.case_id == case.id)).one()
        file = session.exec(select(Attachment).where(Attachment.message_id == message.id)).one()
    assert (message.kind, file.filename, file.scan) == (MessageKind.LETTER, "mould.jpg", Scan.NOT_SCANNED)
    logged = desk.press(
        f"/cases/{case.reference}/log", {"kind": "visit", "text": "She brought a bill."}, files=[PDF]
    )
    assert logged.status_code == 303
    assert "our letter.pdf" in desk.get(f"/cases/{case.reference}").text


def test_programs_add_and_remove_files(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    begun(bench, desk)
    draft = drafted(bench)
    url = f"/api/v1/drafts/{draft.id}/attachments"
    headers = {"X-CSRF-Token": desk.csrf, "If-Match": f'"{draft.version}"'}
    assert desk.post(url, headers=headers).status_code == 422
    added = desk.post(url, headers=headers, files=[PDF])
    assert added.status_code == 201, added.text
    file = added.json()["files"][0]
    assert (file["filename"], file["size"], file["scan"]) == ("our letter.pdf", 18, "not_scanned")
    stale = desk.delete(f"{url}/{file['id']}", headers=headers)
    assert stale.status_code == 412
    gone = desk.delete(f"{url}/{file['id']}", headers=headers | {"If-Match": added.headers["etag"]})
    assert gone.status_code == 200
    assert gone.json()["files"] == gone.json()["attachments"] == []


def test_another_file_under_the_same_key_is_another_request(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    begun(bench, desk)
    draft = drafted(bench)
    url = f"/api/v1/drafts/{draft.id}/attachments"
    headers = {"X-CSRF-Token": desk.csrf, "If-Match": f'"{draft.version}"', "Idempotency-Key": "one"}
    first = desk.post(url, headers=headers, files=[("files", ("a.txt", b"one", "text/plain"))])
    again = desk.post(url, headers=headers, files=[("files", ("a.txt", b"one", "text/plain"))])
    other = desk.post(url, headers=headers, files=[("files", ("a.txt", b"two", "text/plain"))])
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.headers["idempotency-replayed"] == "true"


def test_a_file_on_a_draft_is_hidden_from_who_may_not_know_the_case(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    begun(bench, desk, PDF)
    file = drafted(bench).attachments[0]
    with bench.write() as session:
        session.merge(bench.case()).is_restricted = True
    assert desk.get(f"/attachments/{file}").status_code == 404
    assert desk.get(f"/api/v1/attachments/{file}").status_code == 404
    stranger: TestClient = Desk(bench.app)
    assert stranger.get(f"/attachments/{file}").status_code == 303
    assert bench.sit(Role.MANAGER).get(f"/attachments/{file}").status_code == 200


def test_a_file_of_another_draft_cannot_be_sent_along(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    begun(bench, desk, PDF)
    theirs = drafted(bench).attachments[0]
    first = drafted(bench).id
    desk.press(f"/cases/{bench.reference}/drafts", {"text": "Another."})
    with bench.read() as session:
        other = session.exec(select(Draft).where(Draft.case_id == bench.case().id, Draft.id != first)).one()
    answer = desk.patch(
        f"/api/v1/drafts/{other.id}",
        json={"attachments": [theirs]},
        headers={"X-CSRF-Token": desk.csrf, "If-Match": f'"{other.version}"'},
    )
    assert answer.status_code == 404
