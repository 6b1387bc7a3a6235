"""What one case teaches: what people put right on it, or left standing when they closed it."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from inbox.history import ActorKind
from inbox.models import Case, CaseStatus, Event, EventKind, LessonSource
from routing.learning import AGAINST, TEACHABLE
from routing.words import LIFE_FLAGS, Priority

TELLING = (
    EventKind.FACTS_CHANGED,
    EventKind.MARKED_JUNK,
    EventKind.MARKED_NOT_JUNK,
    EventKind.MOVED,
    EventKind.PRIORITY_CHANGED,
    EventKind.CLOSED,
    EventKind.UNDONE,
)
"""Acts by which people say what a case is."""
PEOPLE = (ActorKind.STAFF, ActorKind.TOKEN)


def lesson_of(session: Session, case: Case, *, since: int) -> tuple[LessonSource, list[str]]:
    """The labels that people gave this case, with how; none where it teaches nothing.

    `since`: the place in the history after which people's acts count.
    """
    teaches_nothing = (
        case.is_restricted or case.merged_into or case.campaign or LIFE_FLAGS & set(case.flags)
        or case.outcome == "duplicate" or _was_in_doubt(session, case)
    )  # fmt: skip
    if teaches_nothing:
        return LessonSource.CLOSED, []
    query = select(Event).where(
        Event.case_id == case.id, Event.sequence > since,
        col(Event.kind).in_((*TELLING, EventKind.ROUTED)),
    )  # fmt: skip
    events = session.exec(query.order_by(col(Event.sequence))).all()
    fields = _put_right(events)
    if fields:
        return LessonSource.CORRECTED, _labels(case, fields, _routed(session, case))
    ended = any(event.kind == EventKind.CLOSED for event in events)
    if ended and case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        return LessonSource.CLOSED, _labels(case, {"kind", "topics", "team"}, None)
    return LessonSource.CLOSED, []


def _was_in_doubt(session: Session, case: Case) -> bool:
    """Whether a person said of a danger that there is none: that holds for this one letter and no other."""
    said = select(Event.id).where(Event.case_id == case.id, Event.kind == EventKind.RISK_DISMISSED)
    return session.exec(said.limit(1)).first() is not None


def _put_right(events: Iterable[Event]) -> set[str]:
    """Which fields people changed and did not change back with Undo."""
    done: dict[str, str] = {}
    for event in events:
        if event.actor_kind not in PEOPLE:
            continue
        if event.kind == EventKind.UNDONE:
            done.pop(str(event.detail.get("undone")), None)
        elif (field := _field_of(event)) is not None:
            done[event.id] = field
    return set(done.values())


def _field_of(event: Event) -> str | None:
    if event.detail.get("before") == event.detail.get("after"):
        return None
    if event.kind == EventKind.FACTS_CHANGED:
        field = str(event.detail.get("field"))
        return field if field in ("topics", "kind") else None
    return {
        EventKind.MARKED_JUNK: "kind", EventKind.MARKED_NOT_JUNK: "kind", EventKind.MOVED: "team",
        EventKind.PRIORITY_CHANGED: "priority",
    }.get(EventKind(event.kind))  # fmt: skip


def _routed(session: Session, case: Case) -> Event | None:
    """What the program had made of the case, before anybody touched it."""
    query = select(Event).where(Event.case_id == case.id, Event.kind == EventKind.ROUTED)
    return session.exec(query.order_by(col(Event.sequence)).limit(1)).first()


def _labels(case: Case, fields: set[str], routed: Event | None) -> list[str]:
    """The labels of what people left standing, and, beginning with "not", of what they took away."""
    made = routed.detail if routed is not None else {}
    found: list[str] = []
    for field, now, before in (
        ("kind", [case.kind], [made.get("case_kind")]),
        ("topics", list(case.topics), made.get("topics")),
        ("team", [case.team_id], [made.get("team")]),
        ("priority", [_urgent(case.priority)], [_urgent(made.get("priority"))]),
    ):
        if field not in fields:
            continue
        old = [str(one) for one in before if one] if isinstance(before, list) else []
        new = [str(one) for one in now if one]
        model = "topic" if field == "topics" else field
        found += [f"{model} {one}" for one in new]
        found += [f"{AGAINST}{model} {one}" for one in old if one not in new]
    return sorted(one for one in found if _is_taught(one))


def _urgent(priority: object) -> str | None:
    """Immediate or priority, which learning does not tell apart: it never gives the first."""
    return str(Priority.PRIORITY) if priority in (Priority.IMMEDIATE, Priority.PRIORITY) else None


def _is_taught(label: str) -> bool:
    model, _, name = label.removeprefix(AGAINST).partition(" ")
    return model != "kind" or name in TEACHABLE
