"""The public form, as machines, relays of mail and hostile values meet it."""

import io

import pytest

from inbox.models import Attachment, Channel, Delivery, FormSession
from inbox.settings import Settings
from inbox.web.public.contact import guards
from tests.web.desks import World
from tests.web.public.visitors import DONNA, FormOffice, fields_of, plain, reference_in

CANARY = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def place(world: World, settings: Settings) -> FormOffice:
    return FormOffice(world, settings)


def ready(place: FormOffice, **changed: str) -> object:
    donna = place.visitor()
    donna.walk(DONNA | changed, until="check")
    return donna


def test_who_is_quicker_than_a_person_waits_and_then_is_let_through(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="check")
    first = donna.fill("check", DONNA)
    assert first.status_code == 422
    assert "One moment, please" in first.text
    again = donna.post(donna.at("check"), data=fields_of(first.text) | {"share": "yes"})
    assert again.status_code == 422, "the wait has not passed"
    place.later(21)
    assert donna.post(donna.at("check"), data=fields_of(again.text) | {"share": "yes"}).status_code == 303


def test_a_script_does_sums_instead_of_waiting_and_they_hold_for_one_visit(place: FormOffice) -> None:
    donna, other = place.visitor(), place.visitor()
    donna.walk(DONNA, until="check")
    other.walk(DONNA, until="check")
    asked = fields_of(donna.fill("check", DONNA).text)
    work = next(str(n) for n in range(10_000_000) if guards.is_done(asked["ticket"], str(n)))
    solved = asked | {"work": work, "share": "yes"}
    stolen = {name: solved[name] for name in ("ticket", "work")}
    own = fields_of(other.look("check")) | stolen | {"share": "yes"}
    assert other.post(other.at("check"), data=own).status_code == 422
    assert donna.post(donna.at("check"), data=solved).status_code == 303


def test_the_field_that_only_machines_fill_in_costs_patience_and_loses_no_message(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="check")
    place.later(60)
    trapped = {"share": "yes", guards.HONEYPOT: "https://spam.example"}
    asked = donna.post(donna.at("check"), data=fields_of(donna.look("check")) | trapped)
    assert asked.status_code == 422
    place.later(25)
    assert donna.post(donna.at("check"), data=fields_of(asked.text) | trapped).status_code == 303


def test_a_busy_network_waits_and_a_flood_is_refused_for_an_hour(
    place: FormOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from inbox.sign_in.throttle import Limit

    monkeypatch.setattr(guards, "EASY_NETWORK", Limit(2, timedelta(hours=1)))
    monkeypatch.setattr(guards, "MOST_NETWORK", Limit(3, timedelta(hours=1)))
    answers = [DONNA | {"email": f"person{n}@example.org"} for n in range(5)]
    for one in answers[:2]:
        place.visitor().walk(one)
    third = place.visitor()
    third.walk(answers[2], until="check")
    place.later(30)
    asked = third.fill("check", answers[2])
    assert asked.status_code == 422
    place.later(25)
    assert third.post(third.at("check"), data=fields_of(asked.text) | {"share": "yes"}).status_code == 303
    fourth = place.visitor()
    fourth.walk(answers[3], until="check")
    place.later(30)
    refused = fourth.fill("check", answers[3])
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")
    assert "Try again in an hour" in refused.text
    elsewhere = place.visitor(address="192.0.2.9")
    elsewhere.walk(answers[4])
    assert reference_in(elsewhere.look("sent"))


def test_a_hundred_forms_that_name_one_victim_make_two_letters_without_a_typed_word(
    place: FormOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from inbox.sign_in.throttle import Limit

    monkeypatch.setattr(guards, "EASY_ADDRESS", Limit(1000, timedelta(days=1)))
    monkeypatch.setattr(guards, "MOST_ADDRESS", Limit(1000, timedelta(days=1)))
    typed = {
        "name": "Buy Gold Now",
        "message": "my bins at Tanner Street were not emptied",
        "email": "victim@example.net",
    }
    for number in range(12):
        place.visitor(address=f"192.0.2.{number}").write(**typed)
    place.work()
    mails = place.mails()
    assert [(purpose, to) for purpose, to, _ in mails] == [("proof", "victim@example.net")] * 2
    for _, _, mail in mails:
        for words in ("Gold", "bins", "Tanner", "Quarry", "ZZ10"):
            assert words not in mail
    assert len(place.heard()) == 12


@pytest.mark.parametrize(
    "name",
    [
        CANARY,
        "Donna\r\nBcc: all@example.net",
        "Donna\x00\x07Fretwell",
        "Don\u202ena\u200b Fret\u2066well",
        "=1+1",
    ],
)
def test_a_hostile_name_is_one_harmless_line_everywhere(place: FormOffice, name: str) -> None:
    donna = place.visitor()
    donna.walk(DONNA | {"name": name}, until="check")
    page = donna.look("check")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    donna.walk(DONNA | {"name": name})
    place.work()
    [(message, _, person)] = place.heard()
    assert not set(person.name) & set("\r\n\x00\x07\u202e\u200b\u2066")
    assert message.sender_name == person.name
    [(_, _, mail)] = place.mails()
    assert "\nBcc:" not in mail
    assert "Donna" not in mail


def test_right_to_left_words_and_invisible_joiners_of_a_message_stay_as_they_were_written(
    place: FormOffice,
) -> None:
    words = "سلام، می‌خواهم کمک کنید. 👩‍👧 שלום"
    place.visitor().write(message=words)
    place.work()
    assert place.heard()[0][0].new_text == words


def _upload(place: FormOffice, *files: tuple[str, bytes, str]) -> tuple[object, object]:
    donna = place.visitor()
    donna.walk(DONNA, until="message")
    hidden = fields_of(donna.look("message"))
    sent = [("files", (name, io.BytesIO(content), kind)) for name, content, kind in files]
    return donna, donna.post(donna.at("message"), data=hidden | {"message": "see the file"}, files=sent)


def test_files_come_with_the_message_under_safe_names_and_by_their_own_kind(place: FormOffice) -> None:
    picture = b"\xff\xd8\xff\xe0" + b"mould" * 100
    donna, answer = _upload(
        place,
        ("../../etc/mould\u202egpj.exe", picture, "application/x-msdownload"),
        ("page.html", b"<script>alert(1)</script>", "text/html"),
    )
    assert answer.status_code == 303  # type: ignore[attr-defined]
    for step in ("you", "reach", "check"):
        place.later(20)
        assert donna.fill(step, DONNA).status_code == 303  # type: ignore[attr-defined]
    place.work()
    found = {
        one.filename: one.content_type for one in place.all(Attachment) if one.content_type != "image/png"
    }
    ours = {name: kind for name, kind in found.items() if "mould" in name or "page" in name}
    assert set(ours.values()) == {"image/jpeg", "text/plain"}
    assert not any("/" in name or "\u202e" in name for name in ours)
    assert "page.html.txt" in ours


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("a.exe", b"MZ\x90\x00", "image/png")], "Choose a photo"),
        ([("a.zip", b"PK\x03\x04abc", "application/zip")], "Choose a photo"),
        ([("a.txt", b"", "text/plain")], "The file is empty"),
        ([("a.pdf", b"%PDF-" + b"x" * 20_000_001, "application/pdf")], "smaller than 20 MB"),
        ([(f"{n}.txt", b"words", "text/plain") for n in range(11)], "up to 10 files"),
    ],
)
def test_a_file_that_is_not_taken_is_said_in_words_and_the_message_stays(
    place: FormOffice, files: list[tuple[str, bytes, str]], words: str
) -> None:
    donna, answer = _upload(place, *files)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert answer.text.count(words) >= 2  # type: ignore[attr-defined]
    assert "see the file" in donna.look("message")  # type: ignore[attr-defined]


def test_an_upload_of_200_megabytes_is_refused_before_it_is_read(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="message")
    headers = {"Content-Length": str(200 << 20), "Content-Type": "multipart/form-data; boundary=x"}
    assert donna.post(donna.at("message"), content=b"--x", headers=headers).status_code == 413


def test_a_page_of_another_browser_changes_and_sends_nothing(place: FormOffice) -> None:
    donna, other = place.visitor(), place.visitor()
    donna.walk(DONNA, until="check")
    other.walk(DONNA, until="check")
    place.later(60)
    foreign = fields_of(other.look("check")) | {"share": "yes"}
    assert donna.post(donna.at("check"), data=foreign).status_code == 403
    assert donna.post(donna.at("you"), data=foreign | {"name": "Mallory"}).status_code == 403
    place.work()
    assert place.heard() == []


def test_a_forged_ticket_is_no_ticket(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="check")
    hidden = fields_of(donna.fill("check", DONNA).text)
    for ticket in ("", "A" * 80, hidden["ticket"][:-4] + "AAAA", "\u2603", "x" * 5000):
        forged = hidden | {"ticket": ticket, "share": "yes"}
        assert donna.post(donna.at("check"), data=forged).status_code == 422


def test_answers_are_sealed_under_the_browsers_own_key_and_swept_after_two_hours(place: FormOffice) -> None:
    from inbox import form_sessions

    donna = place.visitor()
    donna.walk(DONNA, until="check")
    [row] = place.all(FormSession)
    for words in (b"mould", b"Donna", b"ZZ10", donna.cookies[f"contact-{place.office.slug}"].encode()):
        assert words not in row.sealed + row.key_hash.encode()
    place.later(2 * 3600 + 1)
    with place.database.write(place.office.id) as session:
        form_sessions.forget(session, place.settings.now())
    assert place.all(FormSession) == []


def test_another_offices_form_does_not_know_this_ones_visit(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="check")
    theirs = place.world.theirs.office
    with place.database.write(theirs.id) as session:
        session.add(
            Channel(office_id=theirs.id, kind="web", name="Form", account="form", mode="full",
                    since=place.settings.now(), created_at=place.settings.now())
        )  # fmt: skip
    key = donna.cookies[f"contact-{place.office.slug}"]
    answer = donna.get(f"/contact/{theirs.slug}/check", headers={"Cookie": f"contact-{theirs.slug}={key}"})
    assert answer.headers["location"].endswith("?again=1")


def test_the_pages_are_kept_out_of_caches_indexes_referrers_and_frames(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="check")
    for step in ("", "message", "check", "confirm/" + "A" * 43):
        headers = donna.get(donna.at(step)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "noindex" in headers["x-robots-tag"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_every_confirmation_link_looks_the_same_and_an_old_one_proves_nothing(place: FormOffice) -> None:
    donna = place.visitor()
    donna.write()
    place.work()
    from tests.web.public.visitors import link_in

    real = link_in(place.mails()[0][2], "contact/")
    unknown = real.rpartition("/")[0] + "/" + "A" * 43
    strip = lambda text, path: plain(text.replace(path, ""))  # noqa: E731
    assert strip(donna.get(real).text, real) == strip(donna.get(unknown).text, unknown)
    place.later(3 * 24 * 3600 + 60)
    assert donna.post(real).status_code == 404
    assert [one.purpose for one in place.all(Delivery) if one.channel_id == place.mailbox] == ["proof"]
