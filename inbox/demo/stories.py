"""The stories that the demo's offices lived through, read from `stories/*.toml` and laid out in time.

Times are told from the day the demo is made: `12 09:40` is 12 working days ago at 9:40, `35m` 35 minutes ago.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from inbox.demo.letters import Mail

_ZONE = ZoneInfo("Europe/London")
_LIVE = ("live.toml", "platforms.toml")
"""What comes in while the demo runs."""
_LATEST = timedelta(minutes=2)
_WRAPPED = 90  # a line this long was broken by the file, not by its writer


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a story: what is done, when, by whom (a first name; empty: the person or a machine)."""

    story: str
    office: str
    at: datetime
    do: str
    by: str
    words: Mapping[str, str]
    mail: Mail | None = None

    def __getitem__(self, name: str) -> str:
        try:
            return self.words[name]
        except KeyError:
            raise KeyError(f"the story {self.story} says {self.do} without {name}") from None


def every_step(now: datetime, addresses: Mapping[str, str]) -> list[Step]:
    """All steps of all stories in the order in which they happened. `addresses`: office to mailbox."""
    found: list[Step] = []
    for file in sorted(_folder().iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml") and file.name not in _LIVE:
            told = tomllib.loads(file.read_text(encoding="utf-8"))
            found += _steps_of(told, now, addresses)
    return sorted(found, key=lambda step: step.at)


def live_mails() -> Sequence[Mapping[str, Any]]:
    """What comes in while the demo runs, in order, as `live.toml` tells it."""
    mails: Sequence[Mapping[str, Any]] = tomllib.loads((_folder() / "live.toml").read_text(encoding="utf-8"))[
        "mail"
    ]
    return mails


def moment(words: str, now: datetime) -> datetime:
    """`12 09:40` or `35m`, as a moment that has passed."""
    if words.endswith("m"):
        return now - timedelta(minutes=int(words[:-1]))
    days, _, clock = words.partition(" ")
    day = now.astimezone(_ZONE).date()
    for _ in range(int(days)):
        day -= timedelta(days=1)
        while day.weekday() >= 5:
            day -= timedelta(days=1)
    return min(datetime.combine(day, time.fromisoformat(clock), _ZONE), now - _LATEST)


def flow(text: str) -> str:
    """The text with its paragraphs in one line each, as people type them; short lines stay as they are."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if lines and len(lines[-1].rpartition("\n")[2]) > _WRAPPED and line and not line.startswith(">"):
            lines[-1] += f"\n{line}"
        else:
            lines.append(line)
    return "\n".join(" ".join(line.split("\n")) for line in lines)


def _folder() -> Any:
    return resources.files("inbox.demo") / "stories"


def _steps_of(told: Mapping[str, Any], now: datetime, addresses: Mapping[str, str]) -> Iterator[Step]:
    office = told["office"]
    for story in told.get("story", ()):
        yield from _story(story, office, now, addresses[office])
    for campaign in told.get("campaign", ()):
        yield from _campaign(campaign, office, now, addresses[office])


def _story(story: Mapping[str, Any], office: str, now: datetime, address: str) -> Iterator[Step]:
    """A story begins with a mail, or with what staff wrote down; its steps follow."""
    first = story.get("by_hand") or story.get("do", "mail")
    yield _step(story, story["key"], office, now, address, 0, do=first)
    for number, told in enumerate(story.get("steps", ()), start=1):
        following = {"from": story["from"], "subject": story["subject"], **told}
        if told["do"] in ("mail", "answer"):
            following["text"] = told["text"]
        yield _step(following, story["key"], office, now, address, number, do=told["do"])


def _step(
    told: Mapping[str, Any], key: str, office: str, now: datetime, address: str, number: int, *, do: str
) -> Step:
    at = moment(told["at"], now)
    words = {name: str(value) for name, value in told.items() if isinstance(value, str | int)}
    mail = None
    if do in ("mail", "answer"):
        domain = told["from"].rpartition("@")[2].rstrip(">")
        mail = Mail(
            sender=told["from"],
            to=address,
            subject=told["subject"],
            text=flow(told["text"]),
            at=at,
            message_id=f"{key}.{number}.{int(at.timestamp())}@{domain}",
            files=tuple(told.get("files", ())),
            headers=tuple(told.get("headers", {}).items()),
        )
    return Step(key, office, at, do, told.get("by", ""), words, mail)


def _campaign(campaign: Mapping[str, Any], office: str, now: datetime, address: str) -> Iterator[Step]:
    """The same words from many people, some of whom add their own."""
    for number, person in enumerate(campaign["people"]):
        name, postcode, *own = person
        local = name.lower().replace(" ", ".").replace("'", "")
        text = campaign["text"].replace("<name>", name).replace("<postcode>", postcode)
        told = {
            "at": f"{campaign['from_day'] - number * campaign['from_day'] // len(campaign['people'])} "
            f"{8 + number % 12:02}:{number * 7 % 60:02}",
            "from": f"{name} <{local}@example.{('org', 'com', 'net')[number % 3]}>",
            "subject": campaign["subject"],
            "text": f"{own[0]}\n\n{text}" if own else text,
        }
        yield _step(told, f"{campaign['key']}-{number}", office, now, address, 0, do="mail")
