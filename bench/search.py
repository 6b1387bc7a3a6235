"""Search over 1,000,000 messages: rare, common and mixed words, beginnings, phrases and filters."""

import random
import time
from collections.abc import Iterator
from functools import partial

from bench.databases import KINDS, Bench, opened
from bench.measuring import report, timed
from bench.seeding import CHANNEL, NOW, OFFICE, identity, seed_cases, stamp
from inbox.search import find
from inbox.search.drivers import code, pair_codes, stretch_of

MESSAGES = 1_000_000
A_CASE = 4
"""Messages of one case."""

_SYLLABLES = ("ba", "den", "for", "gil", "ham", "ker", "lin", "mor", "nes", "pol", "ras", "ton", "und", "wes")
_Row = tuple[str | int | None, ...]


def run(messages: int = MESSAGES) -> None:
    for kind in KINDS:
        with opened(kind) as bench:
            _measure(bench, messages)


def _measure(bench: Bench, messages: int) -> None:
    start = time.perf_counter()
    _seed(bench, messages)
    report("seed", database=bench.kind, messages=messages, seconds=time.perf_counter() - start)

    def ask(query: str) -> None:
        with bench.database.read(OFFICE) as session:
            find(session, query)

    everything: list[float] = []
    for name, queries in _questions(messages).items():
        times = timed([partial(ask, query) for query in queries])
        everything += times.wall
        report("search", database=bench.kind, of=name, p50=times.p50, p95=times.p95, cpu=times.cpu)
    everything.sort()
    p95 = everything[int(len(everything) * 0.95)]
    report("search", database=bench.kind, of="all", queries=len(everything), p95=p95, worst=everything[-1])


def _questions(messages: int) -> dict[str, list[str]]:
    rng = random.Random(7)
    words = _vocabulary()
    common, middle, seldom = words[:40], words[100:1_200], words[6_000:]
    number = partial(rng.randrange, messages // A_CASE)

    def several(make: object) -> list[str]:
        return [make() for _ in range(40)]  # type: ignore[operator]

    return {
        "rare": several(lambda: f"name{number()}"),
        "reference": several(lambda: f"WX-{number():06X}"),
        "absent": several(lambda: f"nothing{number()}"),
        "common": several(lambda: rng.choice(common)),
        "middling": several(lambda: rng.choice(middle)),
        "seldom": several(lambda: rng.choice(seldom)),
        "common + rare": several(lambda: f"{rng.choice(common)} name{number()}"),
        "common + common": several(lambda: f"{rng.choice(common)} {rng.choice(common)}"),
        "middling + middling": several(lambda: f"{rng.choice(middle)} {rng.choice(middle)}"),
        "common + seldom": several(lambda: f"{rng.choice(common)} {rng.choice(seldom)}"),
        "beginning": several(lambda: rng.choice(words[:8_000])[:5] + "*"),
        "short beginning": several(lambda: rng.choice(words)[:2] + "*"),
        "letters of a name": several(lambda: rng.choice(words)[:2]),
        "word and a letter": several(lambda: f"{rng.choice(middle)} {rng.choice(words)[0]}"),
        "amount": several(lambda: f"{rng.choice(common)} {rng.randrange(1_000, 9_999)}"),
        "phrase": several(lambda: f'"{rng.choice(common)} {rng.choice(middle)}"'),
        "filtered": several(lambda: f"{rng.choice(common)} status:open topic:benefits"),
        "rarely true": several(lambda: f"{rng.choice(common)} flag:media"),
    }


def _vocabulary() -> list[str]:
    """Words, the most used first."""
    rng = random.Random(5)
    words = dict.fromkeys(
        "".join(rng.choices(_SYLLABLES, k=rng.choice((1, 2, 2, 3, 4)))) for _ in range(60_000)
    )
    return list(words)[:20_000]


def _paragraphs() -> list[str]:
    """Stretches of 22 words, as often used as words are in a language (Zipf)."""
    rng = random.Random(6)
    words = _vocabulary()
    weights = [1 / (rank + 10) for rank in range(len(words))]
    return [" ".join(rng.choices(words, weights, k=22)) for _ in range(20_000)]


def _seed(bench: Bench, messages: int) -> None:
    seed_cases(bench.loader, messages // A_CASE)
    bench.loader.load(
        "message",
        (
            "id", "office_id", "case_id", "channel_id", "direction", "kind", "sender_name", "sender_handle",
            "recipients", "text", "new_text", "language", "warnings", "has_html", "copies", "received_at",
        ),
        _messages(messages),
    )  # fmt: skip
    columns = ("number", "office_id", "case_id", "message_id", "words")
    if bench.kind == "sqlite":
        for trigger in ("added", "removed", "changed"):
            bench.loader.run(f"DROP TRIGGER search_entry_{trigger}")
        bench.loader.load("search_entry", columns, _entries(messages))
        bench.loader.run("INSERT INTO search_index(search_index) VALUES ('rebuild')")
    else:
        bench.loader.run("ALTER TABLE search_entry DISABLE TRIGGER USER")
        bench.loader.run("DROP INDEX search_index_codes")
        bench.loader.load("search_entry", columns, _entries(messages))
        bench.loader.load("search_index", ("number", "codes"), _codes(messages))
        bench.loader.run(
            "CREATE INDEX search_index_codes ON search_index USING gin (codes) "
            "WITH (gin_pending_list_limit = 512)"
        )
    bench.loader.settle()


def _messages(messages: int) -> Iterator[_Row]:
    received = stamp(NOW)
    text = "I am writing because nobody will answer my calls and the damp is back. " * 2
    for number in range(messages):
        yield (
            identity(number, 6), OFFICE, identity(number // A_CASE, 3), CHANNEL, "inbound", "message",
            f"Name {number}", f"s{number}@example.org", "[]", text, text, "en", "[]", "0", 0, received,
        )  # fmt: skip


def _facts(number: int) -> str:
    case = number // A_CASE
    return f"office:{OFFICE} wx {case:06x} wx{case:06x} name{case} zz{10 + case % 10} from:name{case}"


def _chosen(messages: int) -> Iterator[tuple[int, list[int]]]:
    rng = random.Random(8)
    for number in range(messages):
        yield number, [int(rng.random() * 20_000) for _ in range(5)]


def _entries(messages: int) -> Iterator[_Row]:
    texts = _paragraphs()
    for number, chosen in _chosen(messages):
        words = " ".join([texts[each] for each in chosen])
        yield (
            number + 1, OFFICE, identity(number // A_CASE, 3), identity(number, 6),
            f" {_facts(number)} {words} ",
        )  # fmt: skip


def _codes(messages: int) -> Iterator[_Row]:
    paragraphs = _paragraphs()
    texts, ends = [_coded(text) for text in paragraphs], [text.split()[::21] for text in paragraphs]
    for number, chosen in _chosen(messages):
        facts = _facts(number)
        met = [facts.split()[-1], *(end for each in chosen for end in ends[each])][:-1]
        between = [one for pair in zip(met[::2], met[1::2], strict=True) for one in pair_codes(OFFICE, pair)]
        codes = [stretch_of(number + 1), _coded(facts), *(texts[each] for each in chosen), *between]
        yield number + 1, " ".join(codes)


def _coded(text: str) -> str:
    words = text.split()
    return " ".join([*(code(OFFICE, word) for word in dict.fromkeys(words)), *pair_codes(OFFICE, words)])
