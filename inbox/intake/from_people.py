"""What a person wrote: a further message on a case of theirs, or a new case."""

from connectors.contract import Verdict
from inbox import acknowledgement, alerts, campaigns, casefile, clocks, matching, people, triage
from inbox.campaigns import Sighting
from inbox.history import SYSTEM, record
from inbox.intake import forms
from inbox.intake.filing import Filing
from inbox.models import Case, Constituent, EventKind
from inbox.recall import road_of
from inbox.rules.following import follow
from routing.words import LIFE_FLAGS, Kind

_NO_PILE = frozenset({Kind.SPAM, Kind.AUTO_REPLY})
_NO_CLOCKS = frozenset({Kind.SPAM, Kind.CAMPAIGN, Kind.THANK_YOU, Kind.AUTO_REPLY, Kind.ABUSE})


def file_from_person(filing: Filing) -> Case:
    """Every message that a person wrote is on exactly one case."""
    known, incoming = filing.known, filing.incoming
    writer = known.person(road_of(filing.incoming), incoming.sender.address)
    if writer is not None:
        known.see(filing.session, writer.id)
        if incoming.sender.name and people.is_nameless(writer, road_of(filing.incoming)):
            casefile.learn_name(filing.session, writer, incoming.sender.name)
    hit = matching.match(filing.session, filing.desk, incoming, writer, known)
    if hit is not None and hit.is_sure:
        return _go_on(filing, hit, writer)
    sighting = campaigns.recognise(
        filing.session, filing.desk, incoming, filing.message, writer, known, now=filing.now
    )
    earlier = campaigns.case_in(filing.session, sighting.campaign, writer)
    if earlier is not None and hit is None and incoming.authentication is not Verdict.FAIL:
        return _send_again(filing, earlier, sighting, writer)
    return _begin(filing, hit, sighting, writer)


def _go_on(filing: Filing, hit: matching.Match, writer: Constituent | None) -> Case:
    """An answer to us, surely: it goes on its case, and wakes it."""
    session, desk, now, case = filing.session, filing.desk, filing.now, hit.case
    filing.message.constituent_id = writer.id if writer else None
    filing.add_to(case, because=str(hit.because))
    casefile.wake(session, desk, case, filing.message, now=now)
    seen = filing.heed(case, writer)
    if filing.acknowledging:
        alerts.of_case(session, desk, case, seen.verdict.notify, now=now)
    campaigns.resurface(session, desk, case, seen.verdict.kind, now=now)
    return case


def _send_again(filing: Filing, case: Case, sighting: Sighting, writer: Constituent | None) -> Case:
    """Somebody sent a campaign's text once more: they have one case in its pile."""
    filing.message.constituent_id = case.constituent_id
    filing.add_to(case, because="campaign")
    seen = filing.heed(case, writer, copy=sighting.copy, campaign=case.campaign)
    if filing.acknowledging:
        alerts.of_case(filing.session, filing.desk, case, seen.verdict.notify, now=filing.now)
    campaigns.resurface(filing.session, filing.desk, case, seen.verdict.kind, now=filing.now)
    _join(filing, case, sighting)
    return case


def _begin(
    filing: Filing, hit: matching.Match | None, sighting: Sighting, writer: Constituent | None
) -> Case:
    """A new case, its likely older one laid beside it for a person to say."""
    person = writer or _somebody_new(filing)
    filing.message.constituent_id = person.id
    _propose(filing, hit, writer)
    slug = sighting.campaign.slug if sighting.campaign else None
    seen = filing.consider(None, writer, copy=sighting.copy, campaign=slug)
    case = _open(filing, person, seen)
    if case.kind not in _NO_PILE:
        _join(filing, case, sighting)
    return case


def _somebody_new(filing: Filing) -> Constituent:
    sender = filing.incoming.sender
    person = people.add(filing.session, road_of(filing.incoming), sender, language="en", now=filing.now)
    if sender.address:
        filing.known.people[road_of(filing.incoming), sender.address.lower()] = person
    forms.learn(person, filing.incoming)
    return person


def _join(filing: Filing, case: Case, sighting: Sighting) -> None:
    campaigns.join(filing.session, filing.desk, case, filing.message, sighting, filing.known, now=filing.now)


def _propose(filing: Filing, hit: matching.Match | None, writer: Constituent | None) -> None:
    """Lays a likely case beside the message, for a person to accept or part."""
    message = filing.message
    if hit is not None:
        message.proposed_case_id, message.proposed_because = hit.case.id, hit.because
    elif writer is not None:
        other = people.newest_open_case(filing.session, writer.id, people.bare_subject(message.subject or ""))
        if other is not None:
            message.proposed_case_id, message.proposed_because = other.id, matching.Because.SAME_PERSON


def _open(filing: Filing, person: Constituent, seen: triage.Triage) -> Case:
    """A new case for this message: placed, on the clock, its person and the staff told."""
    session, desk, message, now = filing.session, filing.desk, filing.message, filing.now
    hints = filing.arrival.hints
    case = casefile.open_case(session, desk, message, person, now=now, known=filing.known,
                              reference=hints.get(forms.REFERENCE))  # fmt: skip
    casefile.learn(person, seen.assessment)
    filing.add_to(case, person=person)
    triage.place(session, desk, case, seen, message, now=now)
    forms.keep_promises(session, case, person, filing.arrival, filing.incoming, now)
    is_junk = hints.get("junk") == "1" and not LIFE_FLAGS & seen.verdict.flags
    if is_junk:
        case.kind = Kind.SPAM
    if case.kind not in _NO_CLOCKS:
        clocks.begin(session, desk, case, seen.verdict.clocks, received_at=message.received_at, now=now)
    if message.proposed_case_id:
        record(session, case, EventKind.MATCH_PROPOSED, SYSTEM, now=now, message=message.id,
               proposed=message.proposed_case_id, because=message.proposed_because)  # fmt: skip
    if filing.acknowledging:
        _tell(filing, case, person, seen, is_junk=is_junk)
    return case


def _tell(filing: Filing, case: Case, person: Constituent, seen: triage.Triage, *, is_junk: bool) -> None:
    """Its person hears that it came, its rules do what they order, and the staff are alarmed."""
    session, desk, now = filing.session, filing.desk, filing.now
    if case.kind != Kind.SPAM:
        disowned = filing.incoming.authentication is Verdict.FAIL
        reply_by = filing.incoming.told.get("reply_by", "email")
        acknowledgement.acknowledge(session, desk, case, filing.message, person, seen, now=now,
                                    is_disowned=disowned, reply_by=reply_by)  # fmt: skip
    follow(session, desk, case, seen.verdict, now=now)
    if seen.verdict.notify and not is_junk:
        session.flush()
        alerts.of_case(session, desk, case, seen.verdict.notify, now=now)
