"""What the search box finds: the same on SQLite and PostgreSQL."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.models import Case, Constituent
from inbox.search import find, fold, forget, indexing, reindex, reindex_person, understand
from inbox.search.drivers import NEWEST, candidates, saying
from tests.inbox.worlds import World

QUESTIONS = [
    # what is typed, which of the cases below it finds, newest first
    ("mould", ["inhaler", "fretwell"]),
    ("MOULD", ["inhaler", "fretwell"]),
    ("mould bedroom", ["fretwell"]),
    ("bedroom mould", ["fretwell"]),
    ("mould passport", []),
    ("moul*", ["inhaler", "fretwell"]),
    ("mou*", ["inhaler", "fretwell"]),
    ("moul", ["inhaler", "fretwell"]),
    ("mou", []),
    ("fretw", ["fretwell"]),
    ("fretwel mould", ["fretwell"]),
    ("mr fretw", []),
    ("Donn", ["fretwell"]),
    ("angharad ŵyn pass", ["passport"]),
    ("inha", ["inhaler"]),
    ("zz104", ["fretwell"]),
    ("wx7k4", ["fretwell"]),
    ("07700900", ["passport", "fretwell"]),
    ("retwell", []),
    ("from:donn", ["fretwell"]),
    ("from:moul", []),
    ("status:open moul", ["inhaler"]),
    ("m* bedr*", ["fretwell"]),
    ("don", ["fretwell"]),
    ("D", ["fretwell"]),
    ("fre", ["fretwell"]),
    ("ŵy", ["passport"]),
    ("donna f", ["fretwell"]),
    ("donna x", []),
    ("fretw bed", ["fretwell"]),
    ("from:do", ["fretwell"]),
    ("donna m", ["fretwell"]),
    ("mould status:open s", ["inhaler"]),
    ("do mould", []),
    ("fretw* mould", ["fretwell"]),
    ('"black mould"', ["fretwell"]),
    ('"mould black"', []),
    ('"black mould', ["fretwell"]),
    ("fretwell", ["fretwell"]),
    ("donna.fretwell@example.org", ["fretwell"]),
    ("WX-7K4M-2P", ["fretwell"]),
    ("wx7k4m2p", ["fretwell"]),
    ("ref:WX-7K4M-2P", ["fretwell"]),
    ("ref:wx7k4m2p mould", ["fretwell"]),
    ("zz10 4ab", ["fretwell"]),
    ("ZZ104AB", ["fretwell"]),
    ("zz10", ["inhaler", "fretwell"]),
    ("postcode:zz10", ["inhaler", "fretwell"]),
    ("postcode:ZZ104AB", ["fretwell"]),
    ('postcode:"ZZ10 4AB"', ["fretwell"]),
    ("07700 900456", ["fretwell"]),
    ("07700900456", ["fretwell"]),
    ("+44 7700 900456", ["fretwell"]),
    ("07700900789", ["passport"]),
    ("from:donna", ["fretwell"]),
    ("from:donn*", ["fretwell"]),
    ("from:donna@example.org", []),
    ("from:donna.fretwell@example.org", ["fretwell"]),
    ("from:mould", []),
    ("angharad", ["passport"]),
    ("Ŵyn", ["passport"]),
    ("wyn", ["passport"]),
    ("o’brien", ["inhaler"]),
    ("obrien", ["inhaler"]),
    ("status:open", ["inhaler"]),
    ("status:open mould", ["inhaler"]),
    ("status:closed mould", []),
    ("topic:housing-social", ["fretwell"]),
    ("topic:housing", []),
    ("flag:vulnerable", ["inhaler"]),
    ("channel:email mould", ["inhaler", "fretwell"]),
    ("channel:x mould", []),
    ("is:new", ["passport", "fretwell"]),
    ("is:open fretwell", ["fretwell"]),
    ("is:restricted", ["inhaler"]),
    ("", []),
    ("   ", []),
    ("*", []),
    ('""', []),
    ('"', []),
    ("mould AND bedroom", []),
    ("mould OR passport", []),
    ("unknown:mould", []),
    ("subject:(mould)", []),
]


@pytest.fixture
def cases(world: World) -> dict[str, Case]:
    """Three cases, oldest first: fretwell, inhaler, passport."""
    return {
        "fretwell": world.case(
            "There is black mould in the bedroom", name="Donna Fretwell", reference="WX-7K4M-2P",
            postcode="ZZ10 4AB", phone="07700 900456", address="donna.fretwell@example.org",
            topics=["housing-social", "health"],
        ),
        "inhaler": world.case(
            "Two inhalers, and still the mould", name="Sean O'Brien", status="open", postcode="ZZ10 8LP",
            flags=["vulnerable"], is_restricted=True,
        ),
        "passport": world.case(
            "My passport is late, ring me on +44 (0)7700 900789", name="Angharad Ŵyn", postcode="ZZ12 1AA"
        ),
    }  # fmt: skip


def test_every_question_finds_the_same_on_both_databases(world: World, cases: dict[str, Case]) -> None:
    names = {case.id: name for name, case in cases.items()}
    with world.database.read(world.office) as session:
        answers = {asked: [names[hit.case_id] for hit in find(session, asked).hits] for asked, _ in QUESTIONS}
    assert answers == dict(QUESTIONS)


def test_the_index_itself_knows_words_in_a_row(world: World, cases: dict[str, Case]) -> None:
    with world.database.read(world.office) as session:
        for phrase, is_there in (("black mould in the bedroom", True), ("mould black", False)):
            numbers = candidates(session, understand(f'"{phrase}"'), NEWEST, 10) or []
            said = saying(session, [f" {phrase} "], numbers)
            assert bool(said) is is_there, phrase
            if not world.database.is_sqlite:
                assert said == numbers, phrase


def test_whole_words_come_before_words_that_only_begin_so(world: World) -> None:
    donn = world.case("the lift is broken", name="Ivor Donn")
    donna = world.case("the lift is broken too", name="Donna Lindqvist")
    late = world.case("a postcard of donnybrook")
    with world.database.read(world.office) as session:
        assert [hit.case_id for hit in find(session, "donn").hits] == [donn.id, late.id, donna.id]
        assert [hit.case_id for hit in find(session, "donn lindqv").hits] == [donna.id]
        assert [hit.case_id for hit in find(session, "donn", is_exact=True).hits] == [donn.id]


def test_a_short_last_word_is_first_of_all_the_beginning_of_a_name(world: World) -> None:
    boyd = world.case("the loan was refused", name="Lena Boyd")
    late = world.case("about a boiler", name="Lena Quist")
    with world.database.read(world.office) as session:
        assert [hit.case_id for hit in find(session, "Lena B").hits] == [boyd.id, late.id]
        assert [hit.case_id for hit in find(session, "bo").hits] == [boyd.id]
        first = find(session, "Lena B", limit=1)
        assert [hit.case_id for hit in first.hits] == [boyd.id]
        assert [hit.case_id for hit in find(session, "Lena B", limit=1, cursor=first.next).hits] == [late.id]


def test_a_number_is_found_however_its_thousands_are_written(world: World) -> None:
    grouped = world.case("they want £2,310 back")
    plain = world.case("they want 2310 pounds back")
    million = world.case("a grant of £1,250,000 for the bridge")
    with world.database.read(world.office) as session:
        for asked in ("2310", "2,310", "£2,310", "want 2310"):
            assert {hit.case_id for hit in find(session, asked).hits} == {grouped.id, plain.id}, asked
        assert [hit.case_id for hit in find(session, "1250000").hits] == [million.id]
        assert find(session, "2310", is_exact=True).hits[0].case_id == plain.id


def test_pages_go_on_from_whole_words_to_beginnings(world: World) -> None:
    whole = [world.case(f"rook number {number}").id for number in range(3)]
    begun = [world.case(f"rookery number {number}").id for number in range(4)]
    for limit in (1, 2, 3, 5):
        seen: list[str] = []
        cursor = None
        with world.database.read(world.office) as session:
            for _ in range(20):
                found = find(session, "rook", limit=limit, cursor=cursor)
                seen += [hit.case_id for hit in found.hits]
                cursor = found.next
                if cursor is None:
                    break
        assert seen == [*whole[::-1], *begun[::-1]], limit


def test_a_case_with_many_hits_comes_once_with_its_newest_message(world: World) -> None:
    case = world.case("the lift is broken")
    world.say(case, "the lift is still broken")
    with world.database.read(world.office) as session:
        (hit,) = find(session, "lift broken").hits
    assert hit.excerpt == "the lift is still broken"


def test_pages_go_on_where_the_last_one_ended(world: World) -> None:
    cases = [world.case(f"pothole number {number}").id for number in range(7)]
    seen: list[str] = []
    cursor = None
    with world.database.read(world.office) as session:
        for _ in range(20):
            found = find(session, "pothole", limit=2, cursor=cursor)
            seen += [hit.case_id for hit in found.hits]
            cursor = found.next
            if cursor is None:
                break
    assert list(dict.fromkeys(seen)) == cases[::-1]


def test_another_office_is_never_found(world: World, neighbour: World) -> None:
    mine = world.case("a leaking roof", name="Colin Peake")
    neighbour.case("a leaking roof", name="Colin Peake")
    with world.database.read(world.office) as session:
        for asked in ("leaking roof", "leak*", "le*", '"leaking roof"', "from:colin", "is:new"):
            assert [hit.case_id for hit in find(session, asked).hits] == [mine.id], asked
    with world.database.read() as session, pytest.raises(LookupError):
        find(session, "leaking roof")


def test_what_the_reader_may_not_see_is_not_found(world: World, cases: dict[str, Case]) -> None:
    with world.database.read(world.office) as session:
        found = find(session, "mould", visible=Case.is_restricted == False)  # type: ignore[arg-type]  # noqa: E712
    assert [hit.case_id for hit in found.hits] == [cases["fretwell"].id]


def test_a_forgotten_case_is_not_found_until_the_office_is_indexed_again(
    world: World, cases: dict[str, Case]
) -> None:
    with world.database.write(world.office) as session:
        forget(session, cases["fretwell"].id)
    with world.database.read(world.office) as session:
        assert not find(session, "bedroom").hits
    with world.database.write(world.office) as session:
        assert reindex(session) == 3
    with world.database.read(world.office) as session:
        assert [hit.case_id for hit in find(session, "bedroom").hits] == [cases["fretwell"].id]
        assert len(find(session, "mould").hits) == 2


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.text(max_size=60), cursor=st.none() | st.text(max_size=25))
def test_nothing_that_can_be_typed_is_an_error(world: World, asked: str, cursor: str | None) -> None:
    with world.database.read(world.office) as session:
        assert find(session, asked, cursor=cursor).hits == ()


@pytest.mark.parametrize(
    "asked",
    [
        "' OR 1=1 --", '"; DROP TABLE "case"; --', "NEAR(a b)", "a^b", "{words}: x", "(((", "\0", "\ud800",
        "%", "_", "a" * 5_000, "* " * 500, "from:", "from:*", 'is:"', "status:'", ":", '":"', "postcode:",
        "-mould", "🙂", "'a':*", "a & b | !c", "\\",
    ],
)  # fmt: skip
def test_odd_queries_find_nothing_and_do_no_harm(world: World, asked: str) -> None:
    world.case("the ordinary letter")
    with world.database.read(world.office) as session:
        assert find(session, asked).hits == ()
        assert len(find(session, "ordinary").hits) == 1


@given(text=st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == once.strip() and "  " not in once


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ŷ Tŷ", "y ty"),
        ("Straße", "strasse"),
        ("can’t, don't", "cant dont"),
        ("ﬁre", "fire"),
        ("one_two-three", "one two three"),
        ("naïve  café", "naive cafe"),
        ("", ""),
    ],
)
def test_folding_takes_off_case_and_marks(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_long_text_is_cut_and_a_long_word_shortened() -> None:
    assert len(fold("a " * 1_000_000)) <= 50_000
    assert fold("x" * 500) == "x" * 64


def test_an_unknown_operator_is_taken_as_words() -> None:
    assert understand("subject:leak").words == ("subject", "leak")


def test_a_new_name_finds_the_newest_cases_of_whoever_has_very_many(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_CASES_OF_A_PERSON", 2)
    first = world.case("one")
    others = [world.case(words, constituent_id=first.constituent_id) for words in ("two", "three")]
    with world.database.write(world.office) as session:
        session.get_one(Constituent, first.constituent_id).name = "Xenia Quill"
        reindex_person(session, first.constituent_id or "")
    with world.database.read(world.office) as session:
        assert {hit.case_id for hit in find(session, "xenia").hits} == {one.id for one in others}
