"""What a person typed is kept, carried along, or asked about before it goes."""

import re
from pathlib import Path

import pytest
from sqlmodel import select

from inbox.models import Direction, Draft, Message, Role
from inbox.web import rendering
from tests.web.staff.offices import Bench
from tests.web.staff.test_laid_ready import a_case_for_crisis_words

STAFF = Path(rendering.__file__).resolve().parents[3] / "templates" / "staff"
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
WORDS = re.compile(r"<textarea|\barea\(|\bgroup\(|\bcondition_list\(|\bshow_group\(")
KEEPS = ("data-unkept", "data-draft", "data-keep")


def notes(bench: Bench) -> list[str]:
    query = select(Message.text).where(Message.direction == Direction.NOTE)
    with bench.read() as session:
        return list(session.exec(query.where(Message.case_id == bench.case().id)))


def drafts(bench: Bench) -> list[Draft]:
    with bench.read() as session:
        return list(
            session.exec(select(Draft).where(Draft.case_id == bench.case().id).order_by(Draft.number))
        )


def buttons(html: str) -> dict[str, str]:
    """The composer's buttons: what each says, and where it sends the form."""
    form = re.search(r'<form class="composer.*?</form>', html, re.DOTALL)
    assert form is not None
    action = re.search(r'action="([^"]+)"', form[0])
    assert action is not None
    found = re.findall(r"<button\b([^>]*)>(.*?)</button>", form[0], re.DOTALL)
    where = [(re.search(r'formaction="([^"]+)"', inside), words) for inside, words in found]
    return {re.sub(r"<[^>]+>", " ", words).strip(): go[1] if go else action[1] for go, words in where}


def test_every_button_of_a_note_does_what_it_says(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    pressed = buttons(desk.get(f"/cases/{bench.reference}?write=note").text)
    assert set(pressed) == {"Write a reply instead", "Keep this note  Ctrl Enter"}
    kept = desk.press(pressed["Keep this note  Ctrl Enter"], {"text": "Rang Donna. Upset."})
    assert kept.status_code == 303
    assert notes(bench) == ["Rang Donna. Upset."]


def test_a_note_that_is_refused_comes_back_with_its_words(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    refused = desk.press(f"/cases/{bench.reference}/notes", {"text": "   "})
    assert refused.status_code == 422
    assert "Write the note first." in refused.text
    assert "composer--note" in refused.text


def test_words_for_a_case_that_is_not_there_any_more_are_given_back(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    lost = desk.press("/cases/WX-0000-00/notes", {"text": "Rang Donna. Upset.", "once": "k" * 12})
    assert lost.status_code == 404
    assert "Rang Donna. Upset." in lost.text
    assert "Copy it from this page" in lost.text
    assert "k" * 12 not in lost.text
    assert "What you typed" not in desk.press("/cases/WX-0000-00/assign", {"to": "somebody"}).text


def test_words_that_are_too_many_are_given_back(bench: Bench) -> None:
    refused = bench.sit(Role.CASEWORKER).press(
        f"/cases/{bench.reference}/notes", {"text": "so long " * 30_000}
    )
    assert refused.status_code == 422
    assert "so long so long" in refused.text


def test_a_note_becomes_a_reply_with_its_words(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    gone_on = desk.press(f"/cases/{bench.reference}/notes/as-reply", {"text": "We have asked\r\nMarl Homes."})
    assert gone_on.headers["location"] == f"/cases/{bench.reference}?write=reply#text"
    assert [one.text for one in drafts(bench)] == ["We have asked\nMarl Homes."]
    assert notes(bench) == []


def test_a_note_becomes_the_end_of_the_reply_that_is_being_written(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    desk.press(f"/cases/{bench.reference}/drafts", {"text": "Dear Donna,"})
    desk.press(f"/cases/{bench.reference}/notes/as-reply", {"text": "We have asked Marl Homes."})
    assert [one.text for one in drafts(bench)] == ["Dear Donna,\n\nWe have asked Marl Homes."]


def test_an_empty_note_begins_no_reply(bench: Bench) -> None:
    bench.sit(Role.CASEWORKER).press(f"/cases/{bench.reference}/notes/as-reply", {"text": " "})
    assert drafts(bench) == []


def test_a_reply_is_saved_before_the_note_opens(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    go = buttons(desk.get(f"/cases/{bench.reference}").text)["Write a note instead"]
    gone_on = desk.press(go, {"text": "Dear Donna,", "save": "note"})
    assert gone_on.headers["location"] == f"/cases/{bench.reference}?write=note#text"
    assert [one.text for one in drafts(bench)] == ["Dear Donna,"]


@pytest.mark.parametrize("then", ["note", "suggestions"])
def test_words_that_a_rule_laid_ready_are_not_a_draft_until_somebody_wrote(bench: Bench, then: str) -> None:
    a_case_for_crisis_words(bench)
    laid = "Dear Donna Fretwell\r\n\r\nIf you are in danger now, call 999.\r\n\r\n[What we will do next]"
    desk = bench.sit(Role.CASEWORKER)
    desk.press(f"/cases/{bench.reference}/drafts", {"text": laid, "save": then})
    assert drafts(bench) == []
    desk.press(f"/cases/{bench.reference}/drafts", {"text": f"{laid} I ring you.", "save": then})
    assert len(drafts(bench)) == 1


def test_permissions_open_beside_the_letter_to_an_organisation(bench: Bench) -> None:
    page = bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}/enquiries/new").text
    [link] = re.findall(rf'<a [^>]*href="/cases/{bench.reference}/consents"[^>]*>[^<]*', page)
    assert 'target="_blank" rel="noopener"' in link
    assert link.endswith("in a new tab")


def test_a_page_that_answers_a_form_says_that_its_words_are_not_kept(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    assert "data-answers" not in desk.get("/cases/new").text
    refused = desk.press("/cases/new", {"text": "She rang: no heating since Friday."})
    assert refused.status_code == 422
    assert "She rang: no heating since Friday." in refused.text
    assert "data-answers" in refused.text


def test_every_form_for_words_keeps_them_or_asks_before_they_go() -> None:
    forms = {
        (file.relative_to(STAFF).as_posix(), form.partition(">")[0])
        for file in STAFF.rglob("*.html")
        for form in FORM.findall(file.read_text())
        if WORDS.search(form) and 'method="post"' in form
    }
    assert len(forms) > 20
    assert [found for found in forms if not any(word in found[1] for word in KEEPS)] == []


def test_case_text_is_never_put_into_the_browsers_storage() -> None:
    scripts = Path(rendering.__file__).resolve().parents[1] / "static" / "js"
    stored = re.compile(r"localStorage|sessionStorage|indexedDB|caches\.")
    assert [file.name for file in scripts.glob("*.js") if stored.search(file.read_text())] == []
