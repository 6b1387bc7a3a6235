"""Dates in words, the public words in both languages, and the front-end files."""

import gzip
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from inbox.contact_dates import Way
from inbox.office_settings import NATIONS
from inbox.web.public import contact, showing
from inbox.web.public.contact import answers
from inbox.web.rendering import FrontEndMissing, asset, dates, static_routes, templates_folder
from inbox.web.rendering.addresses import with_breaks
from inbox.web.rendering.assets import FOLDER, assets
from inbox.web.rendering.numbers import with_numbers
from inbox.web.views.status import Stage, StepName
from inbox.web.words import Language, table, translate

AT = datetime(2026, 6, 9, 9, 5, tzinfo=UTC)


def test_dates_are_written_out_in_english_and_welsh() -> None:
    assert dates.day(AT) == "Tuesday 9 June 2026"
    assert dates.day(AT, "cy") == "dydd Mawrth 9 Mehefin 2026"
    assert dates.day(date(2026, 12, 27), "cy") == "dydd Sul 27 Rhagfyr 2026"
    assert dates.moment(AT) == "9 June 2026, 09:05"
    assert dates.moment(AT, "cy") == "9 Mehefin 2026, 09:05"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 6, 9, 23, 0, tzinfo=UTC), "09:05"),
        (datetime(2026, 6, 10, 0, 1, tzinfo=UTC), "9 June"),
        (datetime(2027, 1, 2, 0, 1, tzinfo=UTC), "9 June 2026"),
    ],
)
def test_a_list_shows_the_time_today_and_the_date_before(now: datetime, words: str) -> None:
    assert dates.when(AT, now) == words


def test_both_languages_have_the_same_sentences_with_the_same_gaps() -> None:
    english, welsh = table(Language.ENGLISH), table(Language.WELSH)
    assert english.keys() == welsh.keys()
    for key, sentence in english.items():
        assert welsh[key].strip(), key
        assert gaps(sentence) == gaps(welsh[key]), key


def test_every_sentence_is_used_and_every_stage_has_its_words() -> None:
    public = "".join(file.read_text("utf-8") for file in (templates_folder() / "public").rglob("*.html"))
    form = "".join(file.read_text("utf-8") for file in Path(contact.__path__[0]).glob("*.py"))
    plain = {key for key in table(Language.ENGLISH) if not key.startswith(("stage_", "step_", "wrote_"))}
    for name in ("contact.html", "urgent.html"):
        public += (templates_folder() / "components" / name).read_text("utf-8")
    form += Path(showing.__file__).read_text("utf-8")
    asked = set(re.findall(r"""\bt\("(\w+)\"""", public)) | set(re.findall(r'"(form_\w+)"', form))
    asked |= _of_fields() | (plain & set(re.findall(r'"(\w+)"', form)))
    assert plain == {
        key for key in asked if not key.startswith(("stage_", "step_", "wrote_")) and key[-1] != "_"
    }
    for stage in Stage:
        assert translate(f"stage_{stage}", "cy")
    for name in StepName:
        assert translate(f"step_{name}", "cy")
    for way in Way:
        assert translate(f"wrote_{way}", "cy")


def _of_fields() -> set[str]:
    """The sentences of the form that are put together from a field, a value or a nation."""
    values = {
        "elsewhere": answers.ELSEWHERE, "soon": answers.SOON, "reply_by": answers.REPLY_BY,
        "voicemail": answers.YES_NO, "share": answers.YES_NO, "help_abuse": NATIONS,
        "link_asks": ("postcode", "email"),
    }  # fmt: skip
    labelled = {*answers.LONGEST, "files"} - {"share"}
    found = {f"form_{field}_{value}" for field, chosen in values.items() for value in chosen}
    found |= {f"urgent_home_{nation}" for nation in NATIONS}
    found |= {f"form_wrong_{field}_long" for field in answers.LONGEST}
    found |= {f"form_{key}{part}" for key in ("confirmed", "not_confirmed") for part in ("", "_title")}
    return found | {f"form_{field}_label" for field in labelled}


def test_an_unknown_sentence_is_an_error() -> None:
    with pytest.raises(KeyError):
        translate("no_such_sentence", "en")


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_front_end_files_are_served_for_a_year_under_names_that_change_with_them() -> None:
    app = Starlette()
    static_routes(app)
    browser = TestClient(app)
    for name in ("app.css", "app.js", "icons.svg", "vendor/htmx.min.js", "vendor/idiomorph-ext.min.js"):
        answer = browser.get(asset(name))
        assert answer.status_code == 200, name
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.content == browser.get(asset(name), headers={"Accept-Encoding": "identity"}).content
    assert browser.get("/static/app.css").status_code == 404
    assert browser.get("/static/../rendering/assets.py").status_code == 404


def test_missing_third_party_files_are_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "static", ignore=shutil.ignore_patterns("vendor"))
    with pytest.raises(FrontEndMissing, match=r"^Front-end files are missing \(.*\); run: make setup$"):
        assets(tmp_path / "static")


@pytest.mark.parametrize(("name", "limit"), [("app.css", 18), ("app.js", 12), ("icons.svg", 6)])
def test_front_end_files_keep_to_their_budget(name: str, limit: int) -> None:
    assert len(assets()[name].gzipped) <= limit * 1024


def test_all_scripts_and_styles_are_served() -> None:
    for suffix, name in (("css", "app.css"), ("js", "app.js")):
        for file in (FOLDER / suffix).iterdir():
            alone = assets().get(file.name)
            assert file.read_bytes() in (alone or assets()[name]).body, file


def test_colour_values_live_in_one_file() -> None:
    for file in (FOLDER / "css").glob("*.css"):
        if file.stem != "tokens":
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b", file.read_text("utf-8")), file


def test_importance_is_only_forced_in_utilities_and_print() -> None:
    for file in (FOLDER / "css").glob("*.css"):
        if file.stem not in {"utilities", "print"}:
            assert "!important" not in file.read_text("utf-8"), file


def test_scripts_never_evaluate_text_or_keep_personal_data_in_the_browser() -> None:
    source = gzip.decompress(assets()["app.js"].gzipped).decode()
    assert not re.search(
        r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write|Storage\b", source
    )


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (FOLDER / "icons.svg").read_text("utf-8")))
    for file in templates_folder().rglob("*.html"):
        for name in re.findall(r'icon\("([\w-]+)"\)', file.read_text("utf-8")):
            assert name in drawn, (file, name)


def test_a_number_in_a_sentence_can_be_pressed_and_nothing_else_is_let_through() -> None:
    shown = str(with_numbers("Call us on 01632 960180 or 999, not 19990 <b>."))
    assert shown == (
        'Call us on <a href="tel:01632960180">01632 960180</a> or <a href="tel:999">999</a>,'
        " not 19990 &lt;b&gt;."
    )


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("donna.fretwell@example.org", "donna.<wbr>fretwell@<wbr>example.<wbr>org"),
        (
            "https://inbox.example/s/A1_b2-c3d4e5",
            "https://<wbr>inbox.<wbr>example/<wbr>s/<wbr>A1_<wbr>b2-<wbr>c3d4e5",
        ),
        ("14 Quarry Road\nZZ10 4AB", "14 Quarry Road\nZZ10 4AB"),
        (
            "<b>peter.onslow</b>@example.org",
            "&lt;b&gt;peter.<wbr>onslow&lt;/<wbr>b&gt;@<wbr>example.<wbr>org",
        ),
    ],
)
def test_a_long_address_may_break_after_its_marks_and_nowhere_in_a_word(words: str, shown: str) -> None:
    assert with_breaks(words) == shown
