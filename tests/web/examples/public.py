"""W9 and sign-in: the check, every stage in both languages, adding something, nothing to show; errors."""

from datetime import date

from inbox.web.rendering import View
from inbox.web.views.errors import ErrorPage
from inbox.web.views.parts import Link, Notice, Problem, PublicShell, Tone
from inbox.web.views.sign_in import CodePage, DemoPerson, SignedInPage, SignInPage
from inbox.web.views.status import (
    AddedPage,
    AddPage,
    CheckPage,
    Stage,
    StatusPage,
    Step,
    StepName,
    StepState,
    UnavailablePage,
)
from tests.web.examples.office import public

STAFF = PublicShell("en", "Rowan Ashby MP")
NOW_AT = {
    Stage.RECEIVED: StepName.RECEIVED,
    Stage.NEED_ADDRESS: StepName.ASKED_ADDRESS,
    Stage.NEED_PERMISSION: StepName.ASKED_PERMISSION,
    Stage.WORKING: StepName.WORKING,
    Stage.WAITING_ORGANISATION: StepName.WAITING,
    Stage.ORGANISATION_LATE: StepName.ASKED_AGAIN,
    Stage.PREPARING_REPLY: StepName.PREPARING,
    Stage.FINISHED: StepName.FINISHED,
}
HELP = "Cannot sign in? Ask Tom Hale, 01632 960 001."


def status(stage: Stage, language: str) -> StatusPage:
    """The status page of a case at that stage."""
    steps = (
        Step(StepName.RECEIVED, StepState.DONE, date(2026, 5, 3)),
        Step(StepName.ASKED, StepState.DONE, date(2026, 5, 8)),
        Step(NOW_AT[stage], StepState.NOW, None),
        Step(StepName.OUR_REPLY, StepState.NEXT, None),
    )
    finished = stage == Stage.FINISHED
    return StatusPage(
        public(language),
        "AR-7K4M-2P",
        stage,
        date(2026, 5, 3),
        date(2026, 5, 8),
        None if finished else date(2026, 6, 9),
        20 if stage == Stage.WAITING_ORGANISATION else None,
        steps[:3] if finished else steps,
        "01632 960 001",
        wrote=(("email", date(2026, 5, 3)), ("page", date(2026, 5, 19))),
    )


EXAMPLES: dict[str, View] = {
    **{
        f"status-{stage.value}-{language}": status(stage, language)
        for stage in Stage
        for language in ("en", "cy")
    },
    **{
        f"status-check{'-wrong' if wrong else ''}-{language}": CheckPage(
            public(language, False), "/s/x", wrong
        )
        for wrong in (False, True)
        for language in ("en", "cy")
    },
    **{
        f"status-add{'-wrong' if wrong else ''}-{language}": AddPage(
            public(language), "AR-7K4M-2P", "/status/add", "", "/status", wrong
        )
        for wrong in (False, True)
        for language in ("en", "cy")
    },
    "status-added-en": AddedPage(public(), "AR-7K4M-2P", date(2026, 6, 9), "/status"),
    "status-added-cy": AddedPage(public("cy"), "AR-7K4M-2P", date(2026, 6, 9), "/cy/status"),
    "status-unavailable-en": UnavailablePage(public(named=False)),
    "status-unavailable-cy": UnavailablePage(public("cy", False)),
    "sign-in": SignInPage(STAFF, "/queue/to-sort", "", HELP),
    "sign-in-demo": SignInPage(
        STAFF,
        "/queue/to-sort",
        "",
        HELP,
        demo=(
            DemoPerson("Priya Nair", "caseworker, Rowan Ashby MP", "s1"),
            DemoPerson("Tom Hale", "office manager, Rowan Ashby MP", "s2"),
            DemoPerson("Rowan Ashby", "MP", "s3"),
            DemoPerson("Aisha Rahman", "official, Department for Homes", "s4"),
        ),
    ),
    "sign-in-wrong": SignInPage(
        STAFF,
        "/queue/to-sort",
        "priya@example.org",
        HELP,
        Notice("You were signed out after 60 minutes. Sign in to carry on.", Tone.CALM),
        problems=(Problem("password", "The email address or the password is not right"),),
    ),
    "sign-in-code": CodePage(STAFF, "/queue/to-sort", HELP),
    "sign-in-code-wrong": CodePage(
        STAFF, "/queue/to-sort", HELP, (Problem("code", "Enter the 6-digit code"),)
    ),
    "sign-in-again": SignedInPage(STAFF),
    "error-not-yours": ErrorPage(
        STAFF,
        "Page not found",
        "You cannot see this page, or it does not exist.",
        (Link("Go to your queue", "/queue/to-sort"),),
    ),
    "error-broken": ErrorPage(
        STAFF, "Something went wrong", "Nothing was lost. Try again in a minute.", (), "01J8-4KQ2"
    ),
}
