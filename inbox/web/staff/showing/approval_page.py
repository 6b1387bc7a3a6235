"""Sign-off as the page shows it: the exact words, what changed in them, what was asked, what to look at."""

import difflib
import re
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from connectors.contract import PUBLIC
from inbox import clocks, draft_checks, drafting, files, provenance, signoff
from inbox.access import Action, Person, may, may_on
from inbox.dates import local_date
from inbox.desk import Desk
from inbox.errors import CaseworkError
from inbox.models import Approval as Yes
from inbox.models import (
    Case,
    ChannelAct,
    Constituent,
    Draft,
    DraftVersion,
    Enquiry,
    Event,
    EventKind,
    Message,
)
from inbox.queues import Submitted
from inbox.web.staff.showing import case_page, clock_words, dangers, history_words, hostile_words, timeline
from inbox.web.staff.showing import words as say
from inbox.web.views.approvals import Approval, ApprovalRow, Check, Exact, Span, Words
from inbox.web.views.parts import Act, Link, Notice, Problem, Tone
from inbox.wording import gaps

_PROMISES = re.compile(r"\b(must|will make sure|guarantee|promise|definitely)\b", re.IGNORECASE)
_ASKED = 700
_TOLD = frozenset({EventKind.ENQUIRY_ASKED, EventKind.SENT, EventKind.ENQUIRY_ANSWERED, EventKind.LOGGED})


def rows(
    session: Session, desk: Desk, person: Person, waiting: Sequence[Submitted], now: datetime
) -> tuple[tuple[ApprovalRow, ...], tuple[ApprovalRow, ...]]:
    """What waits for this person, and what waits for somebody else."""
    drafts = {
        row.id: row
        for row in session.exec(select(Draft).where(col(Draft.id).in_([w.draft_id for w in waiting])))
    }
    query = select(Case).where(col(Case.id).in_([one.case_id for one in waiting]))
    cases = {case.id: case for case in session.exec(query)}
    yours: list[ApprovalRow] = []
    others: list[ApprovalRow] = []
    for one in sorted(waiting, key=lambda each: cases[each.case_id].rank):
        draft, case = drafts[one.draft_id], cases[one.case_id]
        mine = why_not(desk, person, draft) is None
        (yours if mine else others).append(
            ApprovalRow(
                url=f"/approvals/{one.draft_id}",
                title=_title(session, draft, one.constituent),
                reference=one.reference,
                written_by=one.author or "another program",
                submitted_at=(one.submitted_at or now).astimezone(desk.calendar.zone),
                sends_as=_sends_as(desk, draft),
                badges=say.case_badges(case.priority, case.flags, "en", "casework", case.is_restricted),
                clock=clock_words.next_of(desk, case, clocks.of_case(session, case), now),
                subject="" if case.is_restricted else hostile_words.subject(case),
            )
        )
    return tuple(yours), tuple(others)


def approval(
    session: Session, desk: Desk, person: Person, draft: Draft, case: Case, now: datetime, *,
    changes: bool, note: str, problem: str | None, refused: CaseworkError | None,
) -> Approval:  # fmt: skip
    """One text that waits."""
    zone = desk.calendar.zone
    who = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    asking = case_page.answering(session, draft)
    shown = timeline.shown(session, case, [asking], zone, now)[0] if asking else None
    before = _decided_before(session, draft)
    digest = drafting.digest(session, draft)
    url = f"/approvals/{draft.id}"
    since = draft_checks.happened_since(session, desk, draft)
    fields = (("digest", digest), ("read", since.newest if since else ""))
    problems = _refusals(refused)
    return Approval(
        id=draft.id,
        title=_title(session, draft, who.name if who else None),
        reference=case.reference,
        case_url=f"/cases/{case.reference}",
        position="",
        written_by=_written_by(desk, draft),
        source=_source(draft),
        asked=_asked(asking, case),
        asking=shown,
        done=_done(session, desk, case),
        checks=_checks(session, desk, draft, now),
        exact=_exact(session, desk, draft, digest),
        changes=compare(before[0], draft.text) if before else None,
        changes_since=before[1] if before else None,
        showing_changes=changes and before is not None,
        toggle=_toggle(url, changes, before is not None),
        approve=Act("Approve and send", f"{url}/approve", None, fields, None, True),
        return_url=f"{url}/return",
        edit=_change(person, draft, case, url),
        sends_as=_sends_as(desk, draft),
        leaves=f"Leaves {desk.office.undo_seconds} seconds after you approve.",
        clock=clock_words.next_of(desk, case, clocks.of_case(session, case), now),
        refusal=_refusal(desk, person, draft),
        since=_since(since) if since and not problems else None,
        later=timeline.shown(session, case, since.messages, zone, now) if since else (),
        problems=problems,
        note=note,
        problem=problem,
        print_url=None,
        badges=say.case_badges(case.priority, case.flags, "en", "casework", case.is_restricted),
        warnings=dangers.notices(session, desk, person, case),
    )


def why_not(desk: Desk, person: Person, draft: Draft) -> str | None:
    """Why this person may not say yes; None when they may."""
    if not may(person, Action.APPROVE):
        return "Your role does not include approving."
    return signoff.may_approve(desk, draft, person.staff_id or "")


def compare(before: str, after: str) -> tuple[Words, ...]:
    """The words of `after`, and those of `before` that are gone, in reading order."""
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    found: list[Words] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in ("delete", "replace"):
            found.append(Words(Span.REMOVED, "".join(old[a:b])))
        if tag in ("insert", "replace"):
            found.append(Words(Span.ADDED, "".join(new[c:d])))
        if tag == "equal":
            found.append(Words(Span.SAME, "".join(new[c:d])))
    return tuple(found)


def _decided_before(session: Session, draft: Draft) -> tuple[str, str] | None:
    """The text that was last approved or sent back, and when, if this one is another."""
    query = select(Yes).where(Yes.draft_id == draft.id).order_by(col(Yes.id).desc())
    last = session.exec(query).first()
    if last is None:
        return None
    kept = select(DraftVersion).where(
        DraftVersion.draft_id == draft.id, DraftVersion.saved_at <= last.decided_at
    )
    version = session.exec(kept.order_by(col(DraftVersion.version).desc())).first()
    if version is None or version.text == draft.text:
        return None
    how = "approved" if last.is_yes else "sent back"
    return version.text, f"the text {how} on {last.decided_at.day} {last.decided_at:%B %Y}"


def _toggle(url: str, changes: bool, can: bool) -> Link | None:
    if not can:
        return None
    return Link("Show the clean text", url) if changes else Link("Show what changed", f"{url}?show=changes")


def _change(person: Person, draft: Draft, case: Case, url: str) -> Act | None:
    """To the page where the words are written, with the draft in the reader's own hands."""
    if not may(person, Action.DRAFT, case) or not may_on(person, ChannelAct.DRAFT, draft.channel_id):
        return None
    return Act("Change the words", f"{url}/change", None, (("version", str(draft.version)),))


def _refusal(desk: Desk, person: Person, draft: Draft) -> Notice | None:
    sentence = why_not(desk, person, draft)
    return Notice(sentence, Tone.REVIEW) if sentence else None


def _refusals(refused: CaseworkError | None) -> tuple[Problem, ...]:
    """Why a yes was not taken, with the place on this page to look at: the unread letter, or the words."""
    if refused is None:
        return ()
    unread = refused.details.get("message")
    return (Problem(f"message-{unread}" if unread else "exact", refused.sentence),)


def _since(since: draft_checks.Since) -> Notice:
    words = f"{since.words} Read it, then approve this or send it back."
    read = Link("Read it", f"#message-{since.messages[0].id}")
    return Notice(words, Tone.SOON, "Something new happened", (read,))


def _title(session: Session, draft: Draft, name: str | None) -> str:
    enquiry = (
        session.exec(select(Enquiry).where(Enquiry.id == draft.enquiry_id)).first()
        if draft.enquiry_id
        else None
    )
    return f"Letter to {enquiry.body}" if enquiry else f"Reply to {name or 'the person'}"


def _sends_as(desk: Desk, draft: Draft) -> str:
    owner = desk.staff.get(draft.identity)
    return owner.name if owner else desk.office.name


def _written_by(desk: Desk, draft: Draft) -> str:
    names = [desk.staff[one].name for one in draft.writers if one in desk.staff]
    at = draft.updated_at.astimezone(desk.calendar.zone)
    return f"{', '.join(names) or 'another program'}, {at.day} {at:%B %Y, %H:%M}"


_CAME = {
    "email": "From their own email to the office.",
    "paper": "Typed from their handwriting. Compare it with the paper.",
}


def _source(draft: Draft) -> str:
    if (came := _CAME.get(str(draft.provenance.get("source")))) is not None:
        return f"{came} No AI used."
    told = provenance.in_words(draft) or ("Typed by hand.",)
    return " ".join(told if draft.provenance.get("model") else (*told, "No AI used."))


def _asked(asking: Message | None, case: Case) -> str:
    if asking is not None and hostile_words.covers(asking):
        return hostile_words.HIDDEN
    words = " ".join((asking.new_text if asking else "").split())
    return f"{words[:_ASKED]}…" if len(words) > _ASKED else words or hostile_words.subject(case)


def _done(session: Session, desk: Desk, case: Case) -> tuple[str, ...]:
    query = select(Event).where(Event.case_id == case.id, col(Event.kind).in_([str(kind) for kind in _TOLD]))
    rows = session.exec(query.order_by(col(Event.sequence)).limit(20)).all()
    return tuple(
        f"{local_date(row.at, desk.office.time_zone)}: {history_words.words(session, row)}" for row in rows
    )


def _checks(session: Session, desk: Desk, draft: Draft, now: datetime) -> tuple[Check, ...]:
    missing = list(dict.fromkeys(gaps(f"{draft.text}\n{draft.subject}")))
    found = [
        Check(not missing, "No gaps." if not missing else f"Still to be filled in: {', '.join(missing)}.")
    ]
    found += [
        Check(False, sentence)
        for sentence in draft_checks.problems(session, desk, draft, now)
        if "Fill in" not in sentence
    ]
    if (why := _without_consent(session, draft)) is not None:
        found.append(Check(False, f"They are asked without the permission they need: {why}"))
    if draft.form in tuple(PUBLIC):
        begun = " It was begun as a private message." if drafting.turns_public(draft) else ""
        found.append(Check(False, f"Everybody will be able to read this: it is an answer in public.{begun}"))
    if provenance.is_untouched_machine_text(draft):
        found.append(Check(False, "A drafting model wrote this and nobody has changed it. Read every word."))
    promised = _PROMISES.search(draft.text)
    if promised:
        found.append(Check(False, f"It says “{promised[0]}”: is that a promise?"))
    return tuple(found)


def _without_consent(session: Session, draft: Draft) -> str | None:
    query = select(Enquiry.without_consent).where(Enquiry.id == draft.enquiry_id)
    return session.exec(query).first() if draft.enquiry_id else None


def _exact(session: Session, desk: Desk, draft: Draft, digest: str) -> Exact:
    channel = desk.channels.get(draft.channel_id or "")
    word, icon = say.channel(channel.kind if channel else None)
    sender = f"{_sends_as(desk, draft)} <{channel.account}>" if channel else _sends_as(desk, draft)
    goes_with = tuple(timeline.file(one) for one in files.of_draft(session, draft))
    return Exact(word, icon, sender, tuple(draft.recipients), draft.subject, draft.text, draft.language,
                 goes_with, digest[:4].upper())  # fmt: skip
