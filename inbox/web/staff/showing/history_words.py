"""Lines of the history in words that a colleague understands."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session, col, select

from inbox.models import CaseStatus, Event, EventKind, Scan, Staff, Team
from inbox.web.staff.showing import points_words
from inbox.web.staff.showing import words as say
from routing.priority import Part, Points

_PLAIN = {
    EventKind.OFFICE_CHANGED: "Office settings changed.",
    EventKind.STAFF_ADDED: "A person was added to the office.",
    EventKind.STAFF_CHANGED: "What a person may do, or how they sign in, was changed.",
    EventKind.SIGNED_IN: "Signed in.",
    EventKind.SIGN_IN_FAILED: "A sign-in was refused.",
    EventKind.SIGNED_OUT: "Signed out.",
    EventKind.TOKEN_ADDED: "A key for another program was made.",
    EventKind.TOKEN_REVOKED: "A key for another program was taken back.",
    EventKind.CHANNEL_ADDED: "A channel was added.",
    EventKind.CHANNEL_CHANGED: "A channel was changed.",
    EventKind.CHANNEL_RIGHTS_CHANGED: "Who may do what on a channel was changed.",
    EventKind.CHANNEL_NOTICE: "A channel needed attention.",
    EventKind.CALENDAR_CHANGED: "The calendar was changed.",
    EventKind.RULES_CHANGED: "The rules were changed.",
    EventKind.RULE_APPLIED: "A rule applied to it.",
    EventKind.RULES_STOPPED: "Rules changed it very often. They leave it alone for an hour: please look.",
    EventKind.HELD: "A rule holds it for a person.",
    EventKind.RULE_SECRET_MADE: "A secret was made, by which a rule signs its calls.",
    EventKind.RULE_CALLED_AGAIN: "A rule’s call is made again.",
    EventKind.LET_GO: "Let go: a person has looked.",
    EventKind.TEMPLATE_CHANGED: "A standard text was changed.",
    EventKind.ARRIVED: "A message arrived.",
    EventKind.ARRIVED_AGAIN: "The same message came again. Nothing new was made of it.",
    EventKind.FORWARDED: "It was passed on to us. Nothing proves who wrote it.",
    EventKind.SET_ASIDE: "A message could not be read and was set aside.",
    EventKind.RUN_AGAIN: "A message that was set aside was tried again.",
    EventKind.CASE_OPENED: "The case was opened.",
    EventKind.CASE_REOPENED: "The case was opened again.",
    EventKind.MATCH_PROPOSED: "It may belong to another case.",
    EventKind.MATCH_ACCEPTED: "The message was put with another case.",
    EventKind.MATCH_REJECTED: "It is a matter of its own.",
    EventKind.ROUTED: "Filed by the rules.",
    EventKind.ASSIGNED: "Given to somebody.",
    EventKind.MOVED: "Moved to another team.",
    EventKind.PRIORITY_CHANGED: "Urgency changed.",
    EventKind.STATUS_CHANGED: "Status changed.",
    EventKind.FACTS_CHANGED: "Facts changed.",
    EventKind.RISK_DISMISSED: "Somebody read it and says that nobody is in danger.",
    EventKind.MARKED_JUNK: "Set aside as junk.",
    EventKind.MARKED_NOT_JUNK: "Not junk: brought back to sorting.",
    EventKind.CLOSED: "Finished.",
    EventKind.CAMPAIGN_FOUND: "Several people sent the same text: it is a campaign now.",
    EventKind.CAMPAIGN_JOINED: "It is a copy of a campaign and was put on its pile.",
    EventKind.CAMPAIGN_LEFT: "Taken off the pile of a campaign.",
    EventKind.CAMPAIGN_READ: "The words that this person added were read.",
    EventKind.CAMPAIGN_MOVED: "Put on the pile of another campaign.",
    EventKind.CAMPAIGN_MERGED: "Two piles were joined.",
    EventKind.CAMPAIGN_PARTED: "Two joined piles were parted again.",
    EventKind.CAMPAIGN_CHANGED: "A campaign was changed.",
    EventKind.CAMPAIGN_ANSWER_WRITTEN: "The answer to a campaign was written.",
    EventKind.CAMPAIGN_ANSWER_APPROVED: "The answer to a campaign was approved, with its list.",
    EventKind.CAMPAIGN_ANSWER_RETURNED: "The answer to a campaign was sent back with a note.",
    EventKind.CAMPAIGN_ANSWER_STOPPED: "The answer to a campaign was stopped.",
    EventKind.NOTED: "Office note written.",
    EventKind.ADDRESS_ASKED: "A mail asked whether the email address is theirs.",
    EventKind.ADDRESS_PROVED: "They confirmed their email address.",
    EventKind.SAID_SOON: "They said that something happens today or tomorrow.",
    EventKind.LOGGED: "A call, letter or visit was written down.",
    EventKind.SURGERY_PLANNED: "A surgery was planned.",
    EventKind.SURGERY_CANCELLED: "A surgery was cancelled.",
    EventKind.APPOINTMENT_BOOKED: "An appointment was booked.",
    EventKind.APPOINTMENT_MOVED: "The appointment was moved.",
    EventKind.APPOINTMENT_CANCELLED: "The appointment was cancelled.",
    EventKind.APPOINTMENT_ATTENDED: "They came to the surgery.",
    EventKind.APPOINTMENT_MISSED: "They did not come to the surgery.",
    EventKind.FOLLOWED_UP: "What was said at the surgery was written down.",
    EventKind.LETTER_CHECKED: "A letter was compared with its pages.",
    EventKind.CLOCK_STARTED: "A promise began.",
    EventKind.CLOCK_PAUSED: "A promise was paused.",
    EventKind.CLOCK_RESUMED: "A promise runs again.",
    EventKind.CLOCK_EXTENDED: "A promise was given more time.",
    EventKind.CLOCK_EXTENSION_REMOVED: "Extra time was taken off a promise.",
    EventKind.CLOCK_RESTARTED: "A promise is counted anew, from when it reached us.",
    EventKind.CLOCK_MET: "A promise was kept.",
    EventKind.CLOCK_CANCELLED: "A promise is owed no more.",
    EventKind.CLOCK_WARNED: "A promise is due soon: the office was told.",
    EventKind.ACKNOWLEDGED: "The acknowledgement was sent.",
    EventKind.NOT_ACKNOWLEDGED: "No acknowledgement was sent.",
    EventKind.DRAFT_STARTED: "A draft was begun.",
    EventKind.DRAFT_TAKEN_OVER: "Took over what a colleague was writing.",
    EventKind.DRAFT_SET_APART: "Two people wrote on one reply: the later words became a draft of their own.",
    EventKind.DRAFT_WORDS_BACK: "Earlier words of a draft were brought back.",
    EventKind.DRAFT_SUBMITTED: "A draft was sent for sign-off.",
    EventKind.DRAFT_RETURNED: "A draft was sent back with a note.",
    EventKind.DRAFT_APPROVED: "A text was approved.",
    EventKind.DRAFT_WITHDRAWN: "A draft was put away.",
    EventKind.DRAFT_TAKEN_BACK: "A draft was taken back before anybody approved it.",
    EventKind.APPROVAL_VOIDED: "The words changed, so the approval no longer counts.",
    EventKind.QUEUED: "Put in the outbox.",
    EventKind.STOPPED: "Stopped before it left.",
    EventKind.SENT: "Sent.",
    EventKind.DELIVERED: "Delivered.",
    EventKind.NOT_DELIVERED: "Not delivered.",
    EventKind.DELIVERY_UNKNOWN: "Nobody knows yet if it was sent.",
    EventKind.DELIVERY_SETTLED: "A person looked and settled whether it was sent.",
    EventKind.SENT_ELSEWHERE: "A message was sent from another program.",
    EventKind.MESSAGE_EDITED: "The writer changed a message on the platform. Both wordings are kept.",
    EventKind.MESSAGE_WITHDRAWN: "The writer took a message back on the platform.",
    EventKind.MESSAGE_HIDDEN: "A comment was hidden: only its writer and their friends see it there.",
    EventKind.MESSAGE_SHOWN: "A hidden comment was shown to everybody again.",
    EventKind.HIDING_ASKED: "Asked the platform to hide a comment from the public.",
    EventKind.SHOWING_ASKED: "Asked the platform to show a hidden comment again.",
    EventKind.ENQUIRY_ASKED: "An organisation was asked.",
    EventKind.ENQUIRY_CAME_BACK: "The letter to an organisation came back: it has not been asked.",
    EventKind.ENQUIRY_ANSWERED: "The organisation answered.",
    EventKind.ENQUIRY_WITHDRAWN: "Nobody waits for the organisation any more.",
    EventKind.ENQUIRY_PASSED_ON: "The organisation passed our question on to another one.",
    EventKind.LADDER_WORDS_CHANGED: "The words of a chase were changed.",
    EventKind.ENQUIRY_HEARD: "The organisation wrote, and it is no answer yet.",
    EventKind.CHASE_CAME_UP: "A chase was laid ready as a draft.",
    EventKind.CHASED: "The organisation was chased.",
    EventKind.CHASE_SKIPPED: "A chase was passed over.",
    EventKind.UPDATE_CAME_UP: "An update to the person was laid ready as a draft.",
    EventKind.CONSENT_RECORDED: "A permission to ask was written down.",
    EventKind.CONSENT_WITHDRAWN: "A permission to ask was taken back.",
    EventKind.ASKED_WITHOUT_CONSENT: "An organisation is asked without the permission it needs.",
    EventKind.BODY_CHANGED: "A line of the contact directory was changed.",
    EventKind.BODIES_IMPORTED: "The contact directory was imported.",
    EventKind.STATUS_LINK_ISSUED: "A status link was made.",
    EventKind.STATUS_LINK_USED: "The status page was opened.",
    EventKind.STATUS_LINK_REVOKED: "A status link was closed.",
    EventKind.STATUS_LINK_LOCKED: "The status link had five wrong answers and is locked for 15 minutes.",
    EventKind.STATUS_LINK_CLEARED: "The wrong answers at the status link were looked into.",
    EventKind.INFORMATION_ADDED: "The person added something on the status page.",
    EventKind.ATTACHMENT_OPENED: "A file was opened.",
    EventKind.ACCESS_REFUSED: "Somebody was refused what their role does not include.",
    EventKind.FILE_ADDED: "A file was added to a draft.",
    EventKind.FILE_REMOVED: "A file was taken off a draft.",
    EventKind.FILE_CHECKED: "A file was checked for harm again.",
    EventKind.CASE_MERGED: "Added to another case.",
    EventKind.CASE_SPLIT: "Messages were moved to a case of their own.",
    EventKind.CASES_LINKED: "Linked with another case.",
    EventKind.CASES_UNLINKED: "The link with another case was taken off.",
    EventKind.LINE_WRITTEN: "A standard line was written.",
    EventKind.LINE_APPROVED: "A standard line was approved.",
    EventKind.LINE_RETIRED: "A standard line was taken out of use.",
    EventKind.PROPOSAL_ASKED: "A drafting model was asked for words.",
    EventKind.PROPOSAL_MADE: "A drafting model proposed words.",
    EventKind.PROPOSAL_FAILED: "A drafting model gave no words.",
    EventKind.PROPOSAL_USED: "The words of a drafting model were put into a reply.",
    EventKind.PROPOSAL_PUT_AWAY: "The words of a drafting model were put away.",
    EventKind.LEARNED: "Triage learned from what was put right or closed.",
    EventKind.LEARNING_RESET: "What triage had learned was forgotten.",
    EventKind.ALERTED: "Somebody was told by mail.",
    EventKind.DEALT_WITH: "Machine mail of no case was dealt with.",
    EventKind.SESSION_ENDED: "A sign-in was ended.",
    EventKind.UNDONE: "Taken back.",
}
TOLD_BY_MESSAGES = frozenset(
    {
        EventKind.ARRIVED, EventKind.NOTED, EventKind.LOGGED, EventKind.SENT, EventKind.DELIVERED,
        EventKind.NOT_DELIVERED, EventKind.DELIVERY_UNKNOWN, EventKind.QUEUED, EventKind.ACKNOWLEDGED,
        EventKind.SENT_ELSEWHERE, EventKind.CLOCK_STARTED, EventKind.CLOCK_MET, EventKind.CLOCK_CANCELLED,
        EventKind.DRAFT_STARTED, EventKind.STATUS_LINK_ISSUED, EventKind.CASE_OPENED,
        EventKind.ATTACHMENT_OPENED, EventKind.INFORMATION_ADDED,
    }
)  # fmt: skip
"""What the timeline of a case does not repeat, because a message or a clock shows it already."""

_ON_LADDER = {
    EventKind.CHASE_CAME_UP: "{} came up.",
    EventKind.CHASED: "{} is done.",
    EventKind.CHASE_SKIPPED: "{} was passed over.",
}
_WHY_SILENT = {
    "channel_listens": "this channel only listens",
    "sending_paused": "sending is stopped",
    "restored": "it came before a backup was restored, and may have been acknowledged then",
    "forwarded": "it was passed on, so ask first whether the address is theirs",
    "public": "it was said in public, and nothing automatic answers there",
}


class Names:
    """The names behind the ids of a page of events, fetched at once."""

    def __init__(self, session: Session, events: Iterable[Event]) -> None:
        said = [value for event in events for value in event.detail.values()]
        ids = {str(value) for value in said if isinstance(value, str)}
        ids |= {str(one) for value in said if isinstance(value, list) for one in value}
        self._names: dict[str, str] = {}
        if ids:
            for key, name in (
                *session.exec(select(Staff.id, Staff.name).where(col(Staff.id).in_(ids))),
                *session.exec(select(Team.id, Team.name).where(col(Team.id).in_(ids))),
            ):
                self._names[key] = name

    def of(self, key: object, otherwise: str) -> str:
        return self._names.get(str(key), otherwise)


def words(session: Session, event: Event, names: Names | None = None) -> str:
    """One event as a sentence."""
    names = names or Names(session, [event])
    detail, kind = event.detail, EventKind(event.kind)
    match kind:
        case EventKind.ALERTED:
            staff = detail.get("staff")
            told = [names.of(key, "") for key in staff] if isinstance(staff, list) else []
            who_was = ", ".join(name for name in told if name)
            return f"{who_was or 'Somebody'} was told by mail." if told else "Nobody could be told by mail."
        case EventKind.ASSIGNED if "next" in detail:
            return _taken(detail, names)
        case EventKind.ASSIGNED:
            return f"Given to {names.of(detail.get('after'), 'nobody')}."
        case EventKind.MOVED:
            return f"Moved to {names.of(detail.get('after'), 'another team')}."
        case EventKind.PRIORITY_CHANGED:
            return f"Urgency is now {say.URGENCIES.get(str(detail.get('after')), 'changed')}."
        case EventKind.STATUS_CHANGED:
            return f"{say.STATUSES[CaseStatus(str(detail.get('after')))]}."
        case EventKind.CLOSED:
            return f"Finished: {say.OUTCOMES.get(str(detail.get('outcome')), 'closed').lower()}."
        case EventKind.DRAFT_TAKEN_OVER:
            return f"Took over the text that {names.of(detail.get('before'), 'a colleague')} was writing."
        case EventKind.CHASE_CAME_UP | EventKind.CHASED | EventKind.CHASE_SKIPPED:
            return _ON_LADDER[kind].format(say.RUNGS.get(str(detail.get("rung")), "A chase"))
        case EventKind.CASE_MERGED if "came" in detail:
            return "Another case was added to this one."
        case EventKind.CASE_SPLIT if "came" in detail:
            return "It was split off another case."
        case EventKind.ROUTED:
            return _routed(detail, names)
        case EventKind.NOT_ACKNOWLEDGED:
            because = str(detail.get("because") or "")
            return f"No acknowledgement was sent: {_WHY_SILENT.get(because, because.replace('_', ' '))}."
        case EventKind.FILE_CHECKED if detail.get("after") == Scan.INFECTED:
            return "A file turned out to be harmful. Nobody can open it any more."
        case EventKind.NOT_HIDDEN:
            return f"The platform did not do what was asked with the comment: {detail.get('reason') or ''}."
    return _PLAIN[kind]


def who(event: Event) -> str:
    """Who did it, as colleagues say it."""
    if event.actor_kind == "system":
        return "The program"
    return "The person" if event.actor_kind == "constituent" else event.actor_name


def _taken(detail: Mapping[str, Any], names: Names) -> str:
    """ "Given to Priya as the next case, with 30 points (Immediate 30). It stood first."."""
    score = Points(tuple(Part(str(why), round(10 * points)) for why, points in detail["next"]["parts"]))
    passed = int(detail["next"]["passed"])
    first = f"Given to {names.of(detail.get('after'), 'nobody')} as the next case"
    words = f"{first}, with {points_words.total(score)} points ({points_words.because(score)})."
    if not passed:
        return f"{words} It stood first of all that nobody has."
    before = (
        "1 case before it in the queue is" if passed == 1 else f"{passed} cases before it in the queue are"
    )
    return f"{words} {before} for other teams or skills."


def _routed(detail: Mapping[str, object], names: Names) -> str:
    places = [names.of(detail.get("team"), "")] if detail.get("team") else []
    if detail.get("assignee"):
        places.append(names.of(detail.get("assignee"), ""))
    if detail.get("priority"):
        places.append(say.URGENCIES.get(str(detail["priority"]), ""))
    rules = detail.get("rules")
    because = ", ".join(f"“{rule}”" for rule in rules) if isinstance(rules, list) and rules else ""
    where = ", ".join(place for place in places if place)
    by = f", by {because}" if because else ""
    return f"Filed to {where}{by}." if where else f"Read by the rules{by}."
