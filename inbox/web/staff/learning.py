"""What corrections and closed cases taught triage: shown answer by answer, and forgotten when asked."""

from typing import Annotated

from starlette.responses import Response

from inbox import lessons
from inbox.access import Action
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.settings import tabs
from inbox.web.staff.showing import words as say
from inbox.web.views.office import ConfirmPage, LearningPage, Taught
from inbox.web.views.parts import Act, Link
from routing.learning import AGAINST, Leaning, Learned, telling_words

router = page_router()
HOME = "/settings/learning"
MOST_WORDS = 12
SUMMARY = (
    "When people here change a topic, a kind, a team or an urgency, and when they close a case, the words of "
    "its first message are counted. New mail leans to what such words were filed under. It stays on this "
    "machine and in this office. It never takes a risk flag away and never lowers an urgency."
)
_HEADINGS = {"topic": "Topics", "kind": "Kinds of message", "team": "Teams", "priority": "Urgency"}


@router.get("/settings/learning")
def index(room: Annotated[Workroom, studying(Action.MANAGE_RULES)]) -> Response:
    """Each answer with the words that speak for it; no word that stood in fewer than three messages."""
    shown = lessons.shown(room.session)
    forget = Link("Forget all of it", f"{HOME}/reset") if shown.learned.messages or shown.waiting else None
    return room.page(
        LearningPage(room.shell("Settings"), tabs(room, "What it learned"), SUMMARY, _state(room, shown),
                     _groups(room, shown.learned), forget)
    )  # fmt: skip


@router.get("/settings/learning/reset")
def ask(room: Annotated[Workroom, studying(Action.MANAGE_RULES)]) -> Response:
    shown = lessons.shown(room.session)
    effects = (
        f"{shown.corrected} corrections and {shown.closed} closed cases are forgotten.",
        "Triage answers as it was delivered, until people teach it again.",
        "Cases stay as they are. This cannot be taken back.",
    )
    return room.page(
        ConfirmPage(room.shell("Settings"), "Forget what it learned?", effects, None, None,
                    Act("Forget all of it", f"{HOME}/reset"), Link("Keep it", HOME))
    )  # fmt: skip


@router.post("/settings/learning/reset")
def reset(room: Annotated[Workroom, acting(Action.MANAGE_RULES)]) -> Response:
    lessons.reset(room.session, now=room.now, actor=room.person.actor)
    return see_other(HOME, told="saved")


def _state(room: Workroom, shown: lessons.Shown) -> str:
    if not shown.learned.messages:
        words = "Nothing was taught yet."
    else:
        at = room.local(shown.changed_at or room.now)
        words = (
            f"Version {shown.version}, {at.day} {at:%B %Y}: {shown.corrected} cases that people put "
            f"right and {shown.closed} that they closed as they were."
        )
    if shown.waiting:
        words += f" {shown.waiting} more will be counted in a moment."
    if shown.reset_at is not None:
        at = room.local(shown.reset_at)
        words += f" What was learned before {at.day} {at:%B %Y} was forgotten."
    return words


def _groups(room: Workroom, learned: Learned) -> tuple[tuple[str, tuple[Taught, ...]], ...]:
    teams = {key: name for name, key in room.desk.teams.items()}
    found = []
    for model, heading in _HEADINGS.items():
        labels = [one for one in learned.by_label if one.removeprefix(AGAINST).startswith(f"{model} ")]
        labels.sort(key=lambda one: (-learned.by_label[one], one))
        if labels:
            found.append((heading, tuple(_taught(learned, label, teams) for label in labels)))
    return tuple(found)


def _taught(learned: Learned, label: str, teams: dict[str, str]) -> Taught:
    corrected = min(learned.by_label[label], learned.corrected.get(label, 0))
    source = Leaning(0.0, (), corrected, learned.by_label[label] - corrected).source
    words = telling_words(learned, label, MOST_WORDS, lessons.FEWEST_SHOWN)
    model, _, name = label.removeprefix(AGAINST).partition(" ")
    named = {
        "topic": say.topic(name), "kind": say.KINDS.get(name, name),
        "team": teams.get(name, "A team that is gone"), "priority": say.URGENCIES.get(name, name),
    }[model]  # fmt: skip
    answer = f"Not {named}" if label.startswith(AGAINST) else named
    return Taught(answer, source, tuple(one.word for one in words))
