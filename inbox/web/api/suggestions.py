"""What could be said on a case, for programs: standard lines and the office's own answers, put in a draft."""

from typing import Annotated

from fastapi import Response

from inbox import drafting, provenance, standard_lines, suggestions
from inbox.access import Action, Person, find_case, visible_cases
from inbox.database import find
from inbox.errors import Refused
from inbox.models import StandardLine
from inbox.web.api import shapes
from inbox.web.api.drafts import find_draft, shown_draft
from inbox.web.dependencies import IfMatch, Now, Reading, ReadingDesk, Writing, WritingDesk, may
from inbox.web.routers import api_router
from inbox.wording import gaps

router = api_router("drafts")


class LineOffer(shapes.Shape):
    """A standard line in date, with what is known filled in; `gaps` are left for a person."""

    line: str
    number: int
    version: int
    title: str
    because: str
    text: str
    gaps: list[str]
    good_until: shapes.Moment | None


class AnswerOffer(shapes.Shape):
    """What can be used of an answer on another case: `message` names it, `case` is where it was given."""

    message: str
    case: str
    subject: str
    answered_at: shapes.Moment
    because: list[str]
    text: str
    gaps: list[str]


class OffersShape(shapes.Shape):
    """Best first."""

    lines: list[LineOffer]
    answers: list[AnswerOffer]


class Chosen(shapes.Shape):
    """Exactly one of them: the id of a standard line, or of the message of an answer."""

    line: shapes.Line | None = None
    answer: shapes.Line | None = None


@router.get("/cases/{reference}/suggestions")
def list_suggestions(
    reference: str, person: Annotated[Person, may(Action.DRAFT)], session: Reading, desk: ReadingDesk,
    now: Now,
) -> OffersShape:  # fmt: skip
    """What could be said; nothing is put into a draft by itself."""
    case = find_case(session, person, reference, Action.DRAFT)
    lines = []
    for one in suggestions.lines(session, case, case.language, now):
        body = standard_lines.words_of(one.line, case.language)
        text = suggestions.filled(session, desk, case, body, now)
        lines.append(
            LineOffer(
                line=one.line.id, number=one.line.number, version=one.line.version, title=one.line.title,
                because=one.reason, text=text, gaps=gaps(text), good_until=one.line.good_until,
            )
        )  # fmt: skip
    answers = [
        AnswerOffer(
            message=one.message_id, case=one.reference, subject=one.subject, answered_at=one.answered_at,
            because=list(one.shared), text=one.words, gaps=gaps(one.words),
        )
        for one in suggestions.answers(session, case, visible_cases(person))
    ]  # fmt: skip
    return OffersShape(lines=lines, answers=answers)


@router.post("/drafts/{draft_id}/suggestions")
def use(
    draft_id: str, given: Chosen, version: IfMatch, person: Annotated[Person, may(Action.DRAFT)],
    session: Writing, desk: WritingDesk, now: Now, response: Response,
) -> shapes.DraftShape:  # fmt: skip
    """Puts the words at the end of a draft, which says where they came from."""
    draft, case = find_draft(session, person, draft_id, Action.DRAFT)
    if (given.line is None) == (given.answer is None):
        raise Refused("Choose a line or an answer.")
    if given.line is not None:
        line = find(session, StandardLine, given.line)
        if line not in standard_lines.in_date(session, now):
            raise Refused(f"Line {line.number} is not in use any more. Choose another.")
        provenance.from_line(draft, line)
        body = standard_lines.words_of(line, draft.language)
        words = suggestions.filled(session, desk, case, body, now)
    else:
        source, words = suggestions.words_of_answer(session, case, given.answer or "", visible_cases(person))
        provenance.from_answer(draft, source)
    changes = drafting.Changes(text=f"{draft.text.rstrip()}\n\n{words}".strip())
    drafting.save(session, desk, draft, changes, version=version, author_id=person.staff_id, now=now,
                  actor=person.actor)  # fmt: skip
    return shown_draft(session, desk, draft, case, now, response)
