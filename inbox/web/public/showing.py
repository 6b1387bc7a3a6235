"""A status as the page shows it: steps with dates, in the words of the public."""

from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from inbox import status_links
from inbox.models import Office
from inbox.web.views.parts import PublicShell
from inbox.web.views.status import Stage, StatusPage, Step, StepName, StepState
from inbox.web.words import translate

_PAST = {
    status_links.Stage.RECEIVED: StepName.RECEIVED,
    status_links.Stage.WAITING_ORGANISATION: StepName.ASKED,
    status_links.Stage.WORKING: StepName.WORKING,
    status_links.Stage.FINISHED: StepName.FINISHED,
}
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
_USUAL_DAYS = 20


def what_to_do_now(nation: str, phone: str | None, language: str) -> tuple[str, ...]:
    """What somebody does to whom it happens today or tomorrow: whom to call, and that nobody is at work at
    every hour. Nothing here says that we are in time."""
    call = "urgent_call" if phone else "urgent_no_phone"
    told = ("urgent_marked", call, f"urgent_home_{nation}", "urgent_letter")
    return tuple(translate(key, language, phone=phone) for key in told)


def _day(zone: ZoneInfo, moment: datetime) -> date:
    return moment.astimezone(zone).date()


def showing(shell: PublicShell, status: status_links.Status, office: Office, language: str) -> StatusPage:
    """The page of a status."""
    day = partial(_day, ZoneInfo(office.time_zone))
    stage = Stage(status.stage.value)
    steps = [Step(_PAST[one.stage], StepState.DONE, day(one.at)) for one in status.steps]
    current = _NOW[stage]
    if stage is Stage.FINISHED or (steps and steps[-1].name is current):
        steps = steps[:-1] if steps else steps
    steps.append(Step(current, StepState.NOW, None))
    if stage is not Stage.FINISHED:
        steps.append(Step(StepName.OUR_REPLY, StepState.NEXT, None))
    return StatusPage(
        shell,
        status.reference,
        stage,
        day(status.received_at),
        day(status.updated_at),
        day(status.next_word_by) if status.next_word_by else None,
        _USUAL_DAYS if stage is Stage.WAITING_ORGANISATION else None,
        tuple(steps),
        office.phone,
        wrote=tuple((str(one.way), day(one.at)) for one in status.wrote),
        add_url="/cy/status/add" if language == "cy" else "/status/add",
        urgent=what_to_do_now(office.nation, office.phone, language) if status.is_soon else (),
    )
