"""The rules in words: the list, one rule, and what a try on old mail found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from inbox.models import Case, Constituent, Rule, RuleVersion, Staff
from inbox.rules_replay import Change, Moved, Occasion, Replay, cases_of
from inbox.web.staff.showing import hostile_words
from inbox.web.views.parts import Act, Badge, Notice, Tone
from inbox.web.views.rules import MovedRow, RuleCard, VersionLine
from routing.rule_files import stored_rule
from routing.rule_words import describe
from routing.rules import Rule as RoutingRule
from routing.rules import Trigger

SHOWN = 200
_HOW = {
    "added": "added",
    "changed": "changed",
    "copied": "copied from another rule",
    "switched_on": "switched on",
    "switched_off": "switched off",
    "moved_up": "read earlier",
    "moved_down": "read later",
    "file": "from a file",
    "before": "as it stood",
}
_FIELDS = {
    "kind": "kind",
    "priority": "urgency",
    "team": "team",
    "person": "person",
    "topics": "topics",
    "flags": "flags",
    "clocks": "clocks",
    "draft": "draft",
    "acknowledge": "acknowledgement",
    "hold": "held",
    "notify": "told",
    "link": "linked",
    "calls": "web addresses called",
}


def card(
    number: int, row: Rule, rule: RoutingRule, about: str, today: datetime, *, manages: bool
) -> RuleCard:
    """One line of the list."""
    url = f"/rules/{row.id}"
    acts: tuple[Act, ...] = ()
    if manages:
        acts = (_act("Move up", url, "moved_up", row), _act("Move down", url, "moved_down", row))
    return RuleCard(number, row.name, url, sentence(rule), about, badges(rule, today), acts)


def acts(row: Rule) -> tuple[Act, ...]:
    """What can be done to one rule besides changing it; each is tried first, and a copy does nothing yet."""
    url = f"/rules/{row.id}"
    switch = ("Switch off", "switched_off") if row.is_enabled else ("Switch on", "switched_on")
    return (
        _act(switch[0], url, switch[1], row),
        _act("Move up", url, "moved_up", row),
        _act("Move down", url, "moved_down", row),
        Act("Copy it", f"{url}/copy", fields=(("version", str(row.version)),)),
        _act("Remove it", url, "removed", row),
    )


def sentence(rule: RoutingRule) -> str:
    """What it means, without the switch, which has its badge."""
    return describe(rule.model_copy(update={"enabled": True}))


def badges(rule: RoutingRule, today: datetime) -> tuple[Badge, ...]:
    found = []
    if not rule.enabled:
        found.append(Badge("Switched off", Tone.CALM, "paused"))
    elif rule.expires is not None and rule.expires < today.date():
        found.append(Badge("Ran out", Tone.LATE, "late"))
    if rule.trigger is not Trigger.ARRIVAL:
        found.append(Badge("On change" if rule.trigger is Trigger.CHANGE else "On time", Tone.PLAIN, "clock"))
    return tuple(found)


def about(row: Rule, rule: RoutingRule, last: RuleVersion | None, people: Mapping[str, str]) -> str:
    """Version, who saved it, who answers for it, until when."""
    words = [f"Version {row.version}{f', by {last.saved_by}' if last and last.saved_by else ''}."]
    if rule.owner:
        words.append(f"{people.get(rule.owner.lower(), rule.owner)} answers for it.")
    if rule.expires:
        words.append(f"Counts until {rule.expires.day} {rule.expires:%B %Y}.")
    return " ".join(words)


def last_saved(session: Session) -> dict[tuple[str, int], RuleVersion]:
    """Who saved which version, by rule and version: of the rules there are."""
    query = select(RuleVersion).join(Rule, (col(Rule.id) == RuleVersion.rule_id))
    return {
        (one.rule_id, one.version): one
        for one in session.exec(query.where(RuleVersion.version == Rule.version))
    }


def names_of_people(session: Session) -> dict[str, str]:
    """What those who work here are called, by address."""
    return dict(session.exec(select(Staff.email, Staff.name)).all())


def version_line(one: RuleVersion, local: datetime) -> VersionLine:
    said = describe(stored_rule(one.body))
    return VersionLine(one.version, local, one.saved_by, _HOW.get(one.how, one.how), said)


def leaving_notice(replay: Replay) -> Notice:
    """The sentence about Immediate, which must be none."""
    count = cases_of(replay.leaving_immediate)
    if not count:
        return Notice("0 would leave Immediate.", Tone.OK)
    return Notice(
        f"{_people(count)} would no longer be Immediate. Read each before you go on.", Tone.LATE,
        f"{count} would leave Immediate",
    )  # fmt: skip


def moved_rows(session: Session, found: Sequence[Moved]) -> tuple[MovedRow, ...]:
    """Each message with what would change and why, as many as a page holds."""
    cases = _cases(session, [one.case_id for one in found[:SHOWN]])
    return tuple(_row(one, *cases[one.case_id]) for one in found[:SHOWN] if one.case_id in cases)


def not_shown(found: Sequence[Moved], rows: Sequence[MovedRow]) -> str | None:
    """How many count and are not in the list."""
    left = len(found) - len(rows)
    return f"{left} more {'is' if left == 1 else 'are'} not shown here." if left else None


_OCCASIONS: Mapping[Occasion, tuple[str, ...]] = {
    Occasion.OPENED: (),
    Occasion.LATER: (
        "By a letter that came when the case was there already: it can raise, and moves nothing.",
    ),
    Occasion.CHANGED: ("When somebody changed the case.",),
    Occasion.NOW: ("As time passes: as the case stands now.",),
}


def _row(moved: Moved, case: Case, who: str) -> MovedRow:
    marks = (Badge("Leaves Immediate", Tone.LATE, "late"),) if moved.leaves_immediate else ()
    changes = tuple(_change(change) for change in moved.changes)
    because = tuple(
        f"“{rule}” {'matches' if matches else 'matches no more'}: {why}"
        for rule, why, matches in moved.because
    )
    title = case.reference if case.is_restricted else f"{case.reference} {hostile_words.subject(case)}"
    return MovedRow(
        title, f"/cases/{case.reference}", who, changes, (*_OCCASIONS[moved.occasion], *because), marks
    )


def _change(change: Change) -> str:
    words = _FIELDS[change.field]
    return f"{words[0].upper()}{words[1:]}: {_plain(change.before)} → {_plain(change.after)}"


def _plain(words: str) -> str:
    return "the next in turn" if words == "round_robin" else words


def _cases(session: Session, wanted: Iterable[str]) -> dict[str, tuple[Case, str]]:
    query = select(Case, Constituent.name).join(Constituent, isouter=True)
    found = session.exec(query.where(col(Case.id).in_(list(wanted))))
    return {case.id: (case, "" if case.is_restricted else name or "") for case, name in found}


def _people(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"


def _act(label: str, url: str, do: str, row: Rule) -> Act:
    return Act(label, f"{url}/replay", fields=(("do", do), ("version", str(row.version))))
