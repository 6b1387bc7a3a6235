"""The pages of surgeries, filled and refused."""

from dataclasses import replace

from inbox.consent_forms import form_for
from inbox.models import Case, CaseStatus, Constituent, Office
from inbox.web.rendering import View
from inbox.web.staff.showing.by_hand import tabs
from inbox.web.views.parts import Act, Badge, Choice, Link, Notice, Problem, Tone
from inbox.web.views.surgeries import (
    Attendee,
    BookPage,
    ConsentFormPage,
    FollowUpPage,
    PlanPage,
    Slot,
    SlotsPage,
    SurgeriesPage,
    SurgeryPage,
    SurgeryPrintPage,
    SurgeryRow,
)
from tests.web.examples.cases import CASE
from tests.web.examples.office import at, shell

HERE = "/surgeries/s1"
ROW = SurgeryRow(HERE, "Wexcombe library, Mill Street", "Rowan Ashby", at(6, 5, 10), at(6, 5, 12),
                 "3 of 8 times taken")  # fmt: skip
LINKS = (
    Link("Write what was said", "/appointments/a1/follow-up"),
    Link("Consent form", f"{CASE}/consent-form"),
)
DONNA = Attendee(
    "Donna Fretwell", CASE, "WX-5B2K-8N", "Damp at 14 Quarry Road", "07700 900456", "A step-free room",
    (Badge("Priority", Tone.SOON, "soon"),), LINKS,
    (Act("They came", "/appointments/a1/attended"), Act("They did not come", "/appointments/a1/missed")),
)  # fmt: skip
SLOTS = (
    Slot(at(6, 5, 10), DONNA),
    Slot(at(6, 5, 10, 15), Attendee("Taken", None, None, None, "", "", ())),
    Slot(at(6, 5, 10, 30), replace(DONNA, name="Kofi Mensah", note="", links=(), acts=(),
                                   badges=(Badge("Came", Tone.OK, "tick"),))),
    Slot(at(6, 5, 10, 45), None, Link("Book 10:45", f"{HERE}/book?at=20260605T0945")),
    Slot(at(6, 5, 11), None),
)  # fmt: skip
INDEX = SurgeriesPage(
    shell("To sort"), tabs("/surgeries"),
    (Link("WX-5B2K-8N: 10:00, 29 May 2026", "/appointments/a1/follow-up"),), (ROW,),
    (replace(ROW, words="Cancelled: the library is flooded", is_cancelled=True),),
    Link("Plan a surgery", "/surgeries/new"),
)  # fmt: skip
PLAN = PlanPage(
    shell("To sort"), "/surgeries/new",
    {"place": "", "host": "Rowan Ashby", "day": "10 June 2026", "starts": "10:00", "ends": "12:00",
     "minutes": "15", "notes": ""},
)  # fmt: skip
DAY = SurgeryPage(
    shell("To sort"), ROW, "The key is at the desk. Tom stands at the door.", None, SLOTS,
    (Link("Somebody walked in", f"{HERE}/walk-in"), Link("Print the list", f"{HERE}/print")),
    f"{HERE}/cancel",
)  # fmt: skip
BLANK = dict.fromkeys(("case", "name", "phone", "email", "postcode", "about", "note"), "")
BOOK = BookPage(
    shell("To sort"), "Book 10:45", "Wexcombe library, Friday 5 June 2026", Link("Wexcombe library", HERE),
    f"{HERE}/book", (("at", "20260605T0945"),), BLANK,
    (Choice("en", "English", True), Choice("cy", "Welsh")), True, False, "Book",
)  # fmt: skip
TIMES = SlotsPage(
    shell("Mine"), "Appointment for WX-5B2K-8N", Link("WX-5B2K-8N", CASE), f"{CASE}/appointments",
    (Choice("s1/20260605T0945", "Friday 5 June, 10:45: Wexcombe library"),
     Choice("s1/20260605T1000", "Friday 5 June, 11:00: Wexcombe library")),
    True, "Book", Link("Plan a surgery", "/surgeries/new"),
)  # fmt: skip
AFTER = FollowUpPage(
    shell("To sort"), "Donna Fretwell", "WX-5B2K-8N", Link("The surgery", HERE),
    "/appointments/a1/follow-up", {"said": "", "promised": "", "days": "10"}, False,
)  # fmt: skip


def _form(language: str) -> ConsentFormPage:
    office = Office(slug="a", name="Rowan Ashby MP", kind="mp", nation="england", prefix="WX",
                    member="Rowan Ashby", created_at=at(6, 3))  # fmt: skip
    case = Case(office_id="o", reference="WX-5B2K-8N", subject="Damp", status=CaseStatus.OPEN,
                language=language, received_at=at(6, 3), created_at=at(6, 3),
                updated_at=at(6, 3))  # fmt: skip
    form = form_for(office, case, Constituent(office_id="o", name="Donna Fretwell", created_at=at(6, 3)))
    return ConsentFormPage(
        shell("Mine"), "WX-5B2K-8N", "Donna Fretwell", "14 Quarry Road, ZZ10 4AB", form.heading,
        form.paragraphs, dict(form.labels), form.language, at(6, 3, 9, 2), Link("WX-5B2K-8N", CASE),
    )  # fmt: skip


EXAMPLES: dict[str, View] = {
    "surgeries": INDEX,
    "surgeries-none": replace(INDEX, waiting=(), coming=(), past=()),
    "surgery-plan-refused": replace(
        PLAN, problems=(Problem("starts", "Rowan Ashby is at Marl hall at that time. Choose another time."),)
    ),
    "surgery-day": DAY,
    "surgery-cancelled": replace(
        DAY, slots=(), cancel_url=None,
        cancelled=Notice("This surgery was cancelled: the library is flooded", Tone.SOON, None,
                         (Link("Tell WX-5B2K-8N", CASE),)),
    ),
    "surgery-print": SurgeryPrintPage(shell("To sort"), ROW, "The key is at the desk.", SLOTS, at(6, 5, 8)),
    "surgery-book": BOOK,
    "surgery-walk-in-refused": replace(
        BOOK, heading="Somebody walked in", hidden=(), is_walk_in=True, button="They are here",
        problems=(Problem("name", "Give the reference of a case, or enter a name."),),
    ),
    "appointment-times": TIMES,
    "appointment-no-times": replace(TIMES, times=()),
    "surgery-follow-up": AFTER,
    "consent-form": _form("en"),
    "consent-form-cy": _form("cy"),
}  # fmt: skip
