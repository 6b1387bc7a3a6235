"""`inbox import`: files through the same intake as live mail."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from inbox.importing import Notice, messages_in, messages_in_mbox
from inbox.importing.dates import received_at
from inbox.models import Arrival, Channel, Delivery, Message, Office
from tests.inbox.campaign_post import BANKS, RIVERS, TENANTS
from tests.inbox.plans import asked

from .conftest import Installation
from .letters import letter, mbox

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _read(*paths: Path) -> tuple[list[bytes], list[Notice]]:
    notices: list[Notice] = []
    found = [one.raw for one in messages_in(paths, account="import", now=NOW, tell=notices.append)]
    return found, notices


def test_imports_everything_once_and_says_so_as_promised(inbox_on_each: Installation, tmp_path: Path) -> None:
    slug = inbox_on_each.office()
    mail = tmp_path / "mail"
    for part in ("cur", "new", "tmp"):
        (mail / "Maildir" / part).mkdir(parents=True)
    (mail / "archive.mbox").write_bytes(mbox(letter(1), letter(2)))
    (mail / "Maildir" / "cur" / "3:2,S").write_bytes(letter(3))
    (mail / "Maildir" / "new" / "4").write_bytes(letter(4))
    (mail / "Maildir" / "tmp" / "5").write_bytes(letter(5))
    (mail / "deeper").mkdir()
    (mail / "deeper" / "six.eml").write_bytes(letter(6))
    (mail / "deeper" / "again.eml").write_bytes(letter(1))
    (mail / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    ran = inbox_on_each.ok("import", "--office", slug, "--json", str(mail))
    counts = ran.json
    assert list(counts) == ["arrivals", "duplicates", "cases", "quarantined", "seconds"]
    assert [counts[name] for name in ("arrivals", "duplicates", "cases", "quarantined")] == [6, 1, 5, 0]
    assert "photo.jpg" in ran.err
    again = inbox_on_each.ok("import", "--office", slug, "--json", str(mail)).json
    assert [again[name] for name in ("arrivals", "duplicates", "cases", "quarantined")] == [6, 6, 0, 0]


def test_an_import_sends_nothing_and_keeps_the_bytes_and_the_day_of_receipt(
    inbox: Installation, tmp_path: Path
) -> None:
    slug = inbox.office()
    (tmp_path / "one.eml").write_bytes(letter(7))
    inbox.ok("import", "--office", slug, str(tmp_path / "one.eml"))
    database = inbox.database()
    with database.read() as session:
        office_id = session.exec(select(Office.id)).one()
    with database.read(office_id) as session:
        arrival = session.exec(select(Arrival)).one()
        message = session.exec(select(Message)).one()
        channel = session.exec(select(Channel)).one()
        assert session.exec(select(Delivery)).all() == []
    database.close()
    assert (
        tmp_path / "var" / "store" / office_id / arrival.raw_hash[:2] / arrival.raw_hash
    ).read_bytes() == letter(7)
    assert message.received_at == datetime(2026, 11, 19, 9, 7, tzinfo=UTC)
    assert (channel.kind, channel.mode) == ("import", "off")


def test_a_path_that_is_named_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    odd = tmp_path / "letter.txt"
    odd.write_bytes(letter(1))
    assert _read(odd)[0] == [letter(1)]
    found, notices = _read(tmp_path)
    assert found == [] and notices == [Notice(str(odd), "not a mail file")]


@pytest.mark.parametrize(
    "head", [b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", b"PK\x03\x04\x14\0", b"\x89PNG\r\n\x1a\n\0\0"]
)
def test_a_scan_or_a_picture_that_is_named_makes_no_case(tmp_path: Path, head: bytes) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(head + b"\0" * 4_000)
    assert _read(scan) == ([], [Notice(str(scan), "not a mail file")])


def test_folders_of_sent_mail_are_ours_and_deleted_mail_is_left_out(tmp_path: Path) -> None:
    for name in (".Sent Items", ".Trash", "."):
        for part in ("cur", "new", "tmp"):
            (tmp_path / name / part).mkdir(parents=True, exist_ok=True)
    (tmp_path / ".Sent Items" / "cur" / "1").write_bytes(letter(1))
    (tmp_path / ".Trash" / "cur" / "2").write_bytes(letter(2))
    (tmp_path / "new" / "3").write_bytes(letter(3))
    notices: list[Notice] = []
    found = {
        one.raw: one.hints.get("direction")
        for one in messages_in([tmp_path], account="import", now=NOW, tell=notices.append)
    }
    assert found == {letter(3): None, letter(1): "outbound"}
    assert [Path(one.place).name for one in notices] == [".Trash"]


@pytest.mark.parametrize("ending", [".msg", ".pst", ".emlx", ".zip"])
def test_formats_that_cannot_be_read_say_what_to_do(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"mail{ending}").write_bytes(b"...")
    found, notices = _read(tmp_path / f"mail{ending}")
    assert found == [] and len(notices) == 1


def test_an_unreadable_file_does_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.eml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "b.eml").write_bytes(b"")
    (tmp_path / "c.eml").write_bytes(letter(3))
    found, notices = _read(tmp_path)
    assert found == [letter(3)]
    assert [one.why for one in notices] == ["the file is empty"]


def test_the_same_bytes_have_the_same_key_wherever_they_lie(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(letter(1))
    (tmp_path / "b.mbox").write_bytes(mbox(letter(1)))
    keys = {one.external_id for one in messages_in([tmp_path], account="import", now=NOW)}
    assert len(keys) == 1


def _boxed(content: bytes, tmp: Path) -> list[bytes | None]:
    place = tmp / "box"
    place.write_bytes(content)
    with place.open("rb") as file:
        return [found.raw for found in messages_in_mbox(file)]


def test_lines_that_begin_with_from_stay_in_their_message(tmp_path: Path) -> None:
    quoted = letter(1, body="First.\n\nFrom here it leaks.\n\n>From there too.\n>>From everywhere.")
    assert _boxed(mbox(quoted, letter(2)), tmp_path) == [quoted, letter(2)]
    unquoted = b"From a Thu Nov 19 09:00:00 2026\n" + letter(1, body="One.\n\nFrom here it leaks.") + b"\n"
    assert len(_boxed(unquoted, tmp_path)) == 1


@pytest.mark.parametrize(
    "postmark",
    [
        b"From donna@example.org Thu Nov 19 09:00:00 2026",
        b"From - Thu Nov 19 09:00:00 2026",
        b"From 1734@xxx Thu Nov 19 09:00:00 +0000 2026",
        b"From MAILER-DAEMON Thu, 19 Nov 2026 09:00:00 +0000",
        b"From ???@??? Thu Nov 19 09:00 2026",
    ],
)
def test_the_postmarks_of_many_programs_are_known(tmp_path: Path, postmark: bytes) -> None:
    box = b"".join(postmark + b"\n" + letter(number) + b"\n" for number in (1, 2))
    assert _boxed(box, tmp_path) == [letter(1), letter(2)]


def test_line_ends_are_left_as_they_are(tmp_path: Path) -> None:
    crlf = letter(1).replace(b"\n", b"\r\n")
    box = b"From a Thu Nov 19 09:00:00 2026\r\n" + crlf + b"\r\n"
    assert _boxed(box * 2, tmp_path) == [crlf, crlf]


def test_a_message_too_long_to_hold_is_named_and_the_next_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.importing.mbox.LARGEST", 5000)
    box = tmp_path / "box.mbox"
    box.write_bytes(mbox(letter(1, body="x" * 9000), letter(2)))
    found, notices = _read(box)
    assert found == [letter(2)] and "150 MB" in notices[0].why and notices[0].place.endswith("@0")


Lines = st.lists(
    st.one_of(
        st.sampled_from(
            [b"", b"From here", b">From there", b"From a Thu Nov 19 09:00:00 2026", b"Dear Rowan"]
        ),
        st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"")),
    ),
    max_size=12,
).map(b"\n".join)


@given(st.lists(Lines.map(lambda body: b"Subject: x\n\n" + body + b"\n"), min_size=1, max_size=5))
def test_whatever_letters_are_put_in_an_mbox_come_out_again(letters: list[bytes]) -> None:
    import io

    assert [found.raw for found in messages_in_mbox(io.BytesIO(mbox(*letters)))] == letters


@given(st.binary(max_size=400))
def test_no_bytes_make_the_readers_fail(content: bytes) -> None:
    import io

    list(messages_in_mbox(io.BytesIO(b"From " + content)))
    assert received_at(content, NOW) <= NOW


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        (b"Received: by mx; Thu, 19 Nov 2026 10:00:00 +0100\nDate: Wed, 18 Nov 2026 01:00:00 +0000\n\n", 9),
        (b"Received: by mx; nonsense\nDate: Thu, 19 Nov 2026 08:00:00 +0000\n\n", 8),
        (b"Received: by\n mx;\n Thu, 19 Nov 2026 07:00:00 -0000 (GMT)\n\n", 7),
        (b"Subject: none\n\nDate: Thu, 19 Nov 2026 06:00:00 +0000\n", None),
        (b"Date: Thu, 19 Nov 2099 06:00:00 +0000\n\n", None),
        (b"Date: Thu, 01 Jan 1970 00:00:00 +0000\n\n", None),
        (b"Date: Thu, 99 Nov 2026 06:00:00 +0000\n\n", None),
    ],
)
def test_the_time_of_receipt_is_the_newest_hop_s(headers: bytes, wanted: int | None) -> None:
    told = received_at(headers, NOW)
    assert told == (NOW if wanted is None else datetime(2026, 11, 19, wanted, tzinfo=UTC))


def test_an_import_ends_with_the_counts_that_sqlite_plans_by(inbox: Installation, tmp_path: Path) -> None:
    office, database = inbox.office(), inbox.database()
    (tmp_path / "1.eml").write_bytes(letter(1))
    inbox.ok("import", "--office", office, str(tmp_path / "1.eml"))
    with database.connect() as connection:
        counted = connection.execute(text("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'message'")).scalar()
    database.close()
    assert counted


def test_what_was_sent_before_is_asked_for_once_for_a_whole_batch(
    inbox_on_each: Installation, tmp_path: Path
) -> None:
    slug = inbox_on_each.office()
    texts = {"Banks": BANKS, "Rivers": RIVERS, "Mould": TENANTS}

    def arrive(numbers: range) -> list[str]:
        for number in numbers:
            for subject, body in texts.items():
                mail = letter(1000 * len(subject) + number, body=body, subject=subject)
                (tmp_path / f"{subject}{number}.eml").write_bytes(mail)
        with asked(inbox_on_each.database()) as said:
            inbox_on_each.ok("import", "--office", slug, str(tmp_path))
        return said.of("SELECT", "FROM campaign") + said.of("SELECT", "JOIN campaign")

    arrive(range(6))
    few, many = arrive(range(6, 8)), arrive(range(8, 14))
    assert [one.split("WHERE")[0] for one in few] == [one.split("WHERE")[0] for one in many]
