"""A case as its constituent may see it: stage and dates, in their language."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from inbox import status_links
from inbox.models import Case, Enquiry, Office, StatusLink
from inbox.status_links import Stage
from inbox.web.views.parts import PublicShell
from inbox.web.views.status import Stage as Shown
from inbox.web.views.status import StatusPage, Step, StepName, StepState

_NOW = {
    Stage.RECEIVED: StepName.RECEIVED,
    Stage.NEED_ADDRESS: StepName.ASKED_ADDRESS,
    Stage.NEED_PERMISSION: StepName.ASKED_PERMISSION,
    Stage.WORKING: StepName.WORKING,
    Stage.WAITING_ORGANISATION: StepName.WAITING,
    Stage.ORGANISATION_LATE: StepName.ASKED_AGAIN,
    Stage.PREPARING_REPLY: StepName.PREPARING,
    Stage.FINISHED: StepName.FINISHED,
}
_PAST = {
    Stage.RECEIVED: StepName.RECEIVED,
    Stage.WAITING_ORGANISATION: StepName.ASKED,
    Stage.WORKING: StepName.WORKING,
    Stage.FINISHED: StepName.FINISHED,
}


def status(
    session: Session, link: StatusLink, case: Case, office: Office, language: str, now: datetime
) -> StatusPage:
    """The page, from what `status_links` says may be shown."""
    found = status_links.status_of(session, link, case, now=now)
    zone = ZoneInfo(office.time_zone)
    prefix = "/cy" if language == "cy" else ""
    return StatusPage(
        shell(office, language, "/status"),
        found.reference,
        Shown(found.stage),
        _day(found.received_at, zone),
        _day(found.updated_at, zone),
        _day(found.next_word_by, zone) if found.next_word_by else None,
        _usual(session, case) if found.stage is Stage.WAITING_ORGANISATION else None,
        _steps(found, zone),
        office.phone,
        f"{prefix}/status/add",
    )


def shell(office: Office, language: str, path: str) -> PublicShell:
    """The frame, with the same page in the other language."""
    other = path if language == "cy" else f"/cy{path}"
    return PublicShell(language, office.name, other, office.privacy_url)


def next_word(session: Session, link: StatusLink, case: Case, office: Office, now: datetime) -> date | None:
    """The day by which the person hears from us next."""
    found = status_links.status_of(session, link, case, now=now).next_word_by
    return _day(found, ZoneInfo(office.time_zone)) if found else None


def _steps(found: status_links.Status, zone: ZoneInfo) -> tuple[Step, ...]:
    """What has been, where it stands, and our reply to come; a step that is now is not told twice."""
    now = _NOW[found.stage]
    past = [
        Step(_PAST[step.stage], StepState.DONE, _day(step.at, zone))
        for step in found.steps
        if _PAST[step.stage] is not now
    ]
    steps = [*past, Step(now, StepState.NOW, None)]
    if found.stage is not Stage.FINISHED:
        steps.append(Step(StepName.OUR_REPLY, StepState.NEXT, None))
    return tuple(steps)


def _usual(session: Session, case: Case) -> int | None:
    """How many working days the organisation that is asked has."""
    query = select(Enquiry.working_days).where(
        Enquiry.case_id == case.id, col(Enquiry.asked_at).is_not(None), col(Enquiry.answered_at).is_(None)
    )
    return session.exec(query.order_by(col(Enquiry.id).desc())).first()


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
