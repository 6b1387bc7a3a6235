"""Every way off a page of the form keeps what is typed on it: the other language, Back, Change, Remove."""

import io
import re
from typing import Any

import pytest

from inbox.models import Attachment, FormSession
from inbox.settings import Settings
from tests.web.desks import World
from tests.web.public.visitors import DONNA, PAGES, FormOffice, Visitor, fields_of, plain

STORY = "The mould is back, and the youngest is on two inhalers."
PICTURE = ("files", ("mould.png", io.BytesIO(b"\x89PNG\r\n\x1a\n..."), "image/png"))


@pytest.fixture
def place(world: World, settings: Settings) -> FormOffice:
    return FormOffice(world, settings)


def press(visitor: Visitor, step: str, go: str, typed: dict[str, str], **more: Any) -> Any:
    """Presses a button of the page that leads off it, with what is typed in the page's fields."""
    page = visitor.look(step)
    button = re.search(rf'<button[^>]*form="question"[^>]*name="go" value="{go}"[^>]*>', page)
    assert button is not None, go
    at = re.search(r'formaction="([^"]+)"', button[0])
    data = fields_of(page) | typed | {"go": go}
    return visitor.post(at[1] if at else visitor.at(step), data=data, **more)


@pytest.mark.parametrize("step", ["message", "you", "reach", "check"])
def test_the_other_language_keeps_what_is_typed(place: FormOffice, step: str) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until=step)
    typed = {name: DONNA[name] for name in PAGES[step]}
    gone = press(donna, step, "language", typed)
    assert (gone.status_code, gone.headers["location"]) == (303, f"/cy{donna.at(step)}")
    page = donna.get(gone.headers["location"]).text
    for name, value in typed.items():
        kept = f'value="{value}" checked' if f'type="radio" name="{name}"' in page else value
        assert kept in page, name
    in_welsh = place.visitor(language="cy")
    in_welsh.cookies = donna.cookies
    back = press(in_welsh, step, "language", {})
    assert back.headers["location"] == donna.at(step)


@pytest.mark.parametrize(("step", "before"), [("message", ""), ("you", "message"), ("reach", "you")])
def test_back_keeps_what_is_typed_right_or_wrong(place: FormOffice, step: str, before: str) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until=step)
    wrong = {"message": {"message": STORY}, "you": {"name": "", "address": "a caravan"},
             "reach": {"email": "donna at example", "phone": "none"}}[step]  # fmt: skip
    assert press(donna, step, "back", wrong).headers["location"] == donna.at(before)
    page = donna.look(step)
    assert [value for value in wrong.values() if value not in page] == []
    assert "Error" not in plain(page)


def test_a_file_chosen_on_the_page_is_kept_by_every_button_of_it(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="message")
    press(donna, "message", "language", {"message": STORY}, files=[PICTURE])
    page = donna.look("message")
    assert "mould.png" in page
    [held] = re.findall(r'name="remove" value="([^"]+)"', page)
    other = ("files", ("letter.txt", io.BytesIO(b"Dear Mrs Fretwell"), "text/plain"))
    typed = fields_of(page) | {"message": STORY, "remove": held}
    donna.post(donna.at("message"), data=typed, files=[other])
    page = donna.look("message")
    assert ("mould.png" in page, "letter.txt" in page, STORY in page) == (False, True, True)


def test_a_file_that_is_refused_is_said_before_the_page_is_left(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="message")
    program = ("files", ("run.exe", io.BytesIO(b"MZ\x00\x00"), "application/octet-stream"))
    stopped = press(donna, "message", "back", {"message": STORY}, files=[program])
    assert stopped.status_code == 422
    assert "Choose a photo, a PDF, a Word file or a text file" in stopped.text
    assert STORY in stopped.text


def test_a_wrong_file_is_named_and_takes_no_good_one_with_it(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="message")
    typed = fields_of(donna.look("message")) | {"message": STORY}
    program = ("files", ("app.exe", io.BytesIO(b"MZ\x00\x00"), "application/octet-stream"))
    empty = ("files", ("nothing.txt", io.BytesIO(b""), "text/plain"))
    refused = donna.post(donna.at("message"), data=typed, files=[program, PICTURE, empty])
    words = plain(refused.text)
    assert refused.status_code == 422
    assert words.count("“app.exe” was not added. Choose a photo, a PDF, a Word file or a text file.") == 2
    assert words.count("“nothing.txt” was not added. The file is empty. Choose another one.") == 2
    assert "We keep these files with your message: mould.png" in words
    donna.walk(DONNA)
    place.work()
    assert [one.filename for one in place.all(Attachment) if one.filename == "mould.png"] == ["mould.png"]


def test_a_postcode_is_kept_on_the_way_to_the_page_for_those_without_one(place: FormOffice) -> None:
    donna = place.visitor()
    gone = press(donna, "", "no-postcode", {"postcode": "zz10 4ab"})
    assert gone.headers["location"] == donna.at("no-postcode")
    assert press(donna, "no-postcode", "back", {}).headers["location"] == donna.at("")
    assert 'value="ZZ10 4AB"' in donna.look()


def test_nothing_is_kept_for_somebody_who_typed_nothing(place: FormOffice) -> None:
    donna = place.visitor()
    gone = press(donna, "", "language", {"postcode": ""})
    assert gone.headers["location"] == f"/cy{donna.home}"
    assert "set-cookie" not in gone.headers
    assert place.all(FormSession) == []


def test_the_last_page_lists_what_was_not_answered_so_that_it_can_be_added(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA | {"phone": "", "voicemail": "", "when": ""}, until="check")
    page = plain(donna.look("check"))
    assert "Files Not answered Add" in page
    assert "Phone number Not answered Add" in page
    assert "Your full name Donna Fretwell Change" in page
    assert press(donna, "check", "reach", {"share": "no"}).headers["location"] == donna.at("reach")
    donna.fill("reach", DONNA)
    page = donna.look("check")
    assert "07700 900456" in page
    assert 'value="no" checked' in page


def test_a_button_of_a_page_that_was_sent_already_begins_nothing(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="check")
    stale = fields_of(donna.look("check"))
    donna.write()
    gone = donna.post(donna.at("check"), data=stale | {"share": "yes", "go": "back"})
    assert gone.headers["location"] == donna.at("sent")


def test_an_unknown_way_off_the_page_stays_on_it(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="you")
    typed = fields_of(donna.look("you")) | {"name": "Donna", "go": "https://evil.example"}
    assert donna.post(donna.at("you"), data=typed).headers["location"] == donna.at("you")


def test_the_frame_takes_what_is_typed_to_the_other_language_and_says_that_files_do_not_come(
    place: FormOffice,
) -> None:
    donna = place.visitor()
    moved = press(donna, "embed", "language", {"message": STORY}, files=[PICTURE])
    assert STORY in moved.text
    assert 'lang="cy"' in moved.text
    assert "Dewiswch eich ffeiliau eto." in moved.text
    assert STORY in press(donna, "embed", "language", {"message": STORY}).text


def test_privacy_opens_beside_a_page_that_asks(place: FormOffice) -> None:
    with place.database.write() as session:
        session.merge(place.office).privacy_url = "https://rowanashby.example/privacy"
    page = place.visitor().look()
    assert re.search(r'href="https://rowanashby.example/privacy" target="_blank" rel="noopener', page)
