"""`inbox constituency`: the postcode table."""

from pathlib import Path

import pytest

from inbox.areas import code_in
from tests.rigs.postcode_service import postcode_service

from .conftest import Installation


def _file(folder: Path, text: str, name: str = "seats.csv") -> str:
    place = folder / name
    place.write_bytes(text.encode())
    return str(place)


def test_the_longest_match_wins(inbox_on_each: Installation) -> None:
    inbox = inbox_on_each
    table = (
        "postcode,constituency,member\r\nZZ10,Wexcombe and Marl Valley,Rowan Ashby\r\nzz10 4,Tern Vale,\r\n"
        '"ZZ104AB",Dyffryn Arlais,Dilys Probert\r\n\r\n'
    )
    ran = inbox.ok("constituency", "import", _file(inbox.folder, "\ufeff" + table), "--json")
    assert ran.json == {"boundaries": "2024-07-04", "added": 3, "changed": 0, "unchanged": 0, "removed": 0}
    found = {
        words: inbox.ok("constituency", "lookup", words, "--json").json
        for words in ("zz10 4ab", "ZZ1O-4AB", "ZZ10 4AC", "ZZ10 5AA", "ZZ10")
    }
    seats = {words: (one["constituency"], one["matched"]) for words, one in found.items()}
    assert seats == {
        "zz10 4ab": ("Dyffryn Arlais", "ZZ10 4AB"),
        "ZZ1O-4AB": ("Dyffryn Arlais", "ZZ10 4AB"),
        "ZZ10 4AC": ("Tern Vale", "ZZ10 4"),
        "ZZ10 5AA": ("Wexcombe and Marl Valley", "ZZ10"),
        "ZZ10": ("Wexcombe and Marl Valley", "ZZ10"),
    }
    unknown = inbox.run("constituency", "lookup", "ZZ99 1AA")
    assert unknown.status == 1 and "does not know" in unknown.err
    assert inbox.run("constituency", "lookup", "hello").status == 1


def test_importing_again_changes_only_what_changed(inbox_on_each: Installation) -> None:
    inbox = inbox_on_each
    first = _file(inbox.folder, "postcode,constituency\nZZ10,A\nZZ11,B\nZZ12,C\n")
    inbox.ok("constituency", "import", first)
    second = _file(inbox.folder, "postcode,constituency\nZZ10,A\nZZ11,D\nZZ13,E\n", "second.csv")
    counts = inbox.ok("constituency", "import", second, "--json").json
    assert [counts[name] for name in ("added", "changed", "unchanged", "removed")] == [1, 1, 1, 0]
    counts = inbox.ok("constituency", "import", second, "--replace", "--json").json
    assert [counts[name] for name in ("added", "changed", "unchanged", "removed")] == [0, 0, 3, 1]
    assert inbox.run("constituency", "lookup", "ZZ12").status == 1
    assert "D" in inbox.ok("constituency", "lookup", "ZZ11").out


def test_boundaries_to_come_are_not_used_yet(inbox: Installation) -> None:
    inbox.ok("constituency", "import", _file(inbox.folder, "postcode,constituency\nZZ10,Now\n"))
    later = _file(inbox.folder, "postcode,constituency\nZZ10,Later\n")
    inbox.ok("constituency", "import", later, "--boundaries", "2999-05-01")
    assert "Now" in inbox.ok("constituency", "lookup", "ZZ10").out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("code,seat\nZZ10,A\n", "line 1"),
        ("postcode,constituency\nZZ10,A\nnowhere,B\nZZ12\n", "line 3: `nowhere`"),
        ("postcode,constituency\nZZ10,A\nnowhere,B\nZZ12\n", "line 4: 1 fields"),
        ("postcode,constituency\nZZ10,A\nzz10,B\n", "line 3: ZZ10 stands on line 2 already"),
        ("postcode,constituency\nZZ10,\n", "line 2: ZZ10 has no constituency"),
        ("postcode,constituency\n", "no lines"),
        ("", "line 1"),
    ],
)
def test_a_faulty_file_is_refused_whole_with_its_line_numbers(
    inbox: Installation, text: str, says: str
) -> None:
    inbox.ok("constituency", "import", _file(inbox.folder, "postcode,constituency\nZZ10,Before\n"))
    ran = inbox.run("constituency", "import", _file(inbox.folder, text))
    assert ran.status == 1 and says in ran.err and ran.err.count("\n") == 1
    assert "Before" in inbox.ok("constituency", "lookup", "ZZ10").out


def test_a_file_that_is_not_utf_8_says_so(inbox: Installation) -> None:
    place = inbox.folder / "seats.csv"
    place.write_bytes("postcode,constituency\nZZ10,Ynys Môn\n".encode("latin-1"))
    ran = inbox.run("constituency", "import", str(place))
    assert ran.status == 1 and "UTF-8" in ran.err
    assert inbox.run("constituency", "import", str(place), "--boundaries", "4 July").status == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("zz104ab", "ZZ10 4AB"), (" ZZ10  4ab ", "ZZ10 4AB"), ("ZZ1A 1AA", "ZZ1A 1AA"), ("Z1 1AA", "Z1 1AA"),
        ("ZZ10 4", "ZZ10 4"), ("ZZ104", "ZZ10 4"), ("ZZ10", "ZZ10"), ("Z1", "Z1"),
        ("ZZ", None), ("10 4AB", None), ("ZZ10 4A", None), ("", None), ("ZZ10 4AB extra", None),
    ],
)  # fmt: skip
def test_codes_are_read_however_they_are_spaced(words: str, code: str | None) -> None:
    assert code_in(words) == code


def test_a_service_is_asked_only_where_one_is_set_and_only_for_what_the_table_does_not_know(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.ok("constituency", "import", _file(inbox.folder, "postcode,constituency\nZZ11,Marl\n"))
    with postcode_service() as (url, asked):
        assert inbox.run("constituency", "lookup", "ZZ10 4AB").status == 1
        monkeypatch.setenv("INBOX_POSTCODE_LOOKUP_URL", url)
        assert "Marl, by ZZ11" in inbox.ok("constituency", "lookup", "ZZ11 2QT").out
        assert asked == []
        found = inbox.ok("constituency", "lookup", "zz1o4ab", "--json").json
        assert (found["constituency"], found["source"]) == ("Wexcombe and Marl Valley", "online")
        inbox.ok("constituency", "lookup", "ZZ10 4AB", "--keep")
        assert asked == ["/postcodes/ZZ104AB"] * 2
        assert inbox.ok("constituency", "lookup", "ZZ10 4AB", "--json").json["source"] == "table"
        assert inbox.run("constituency", "lookup", "ZZ10").status == 1, "a district is asked of nobody"
        refused = inbox.run("constituency", "lookup", "ZZ90 7AA")
        assert refused.status == 1 and "out of order just now (503)" in refused.err
        assert len(asked) == 3
