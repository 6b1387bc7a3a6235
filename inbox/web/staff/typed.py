"""What the form of the composer holds, and how it is saved: words, files, and the lines they came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Form, Header

from connectors.contract import Form as Way
from inbox import drafting, provenance, standard_lines, suggestions
from inbox.access import Action, require_on
from inbox.database import find, find_or_none, savepoint
from inbox.errors import Refused
from inbox.models import Case, ChannelAct, Draft, StandardLine, Template
from inbox.web.staff.room import Workroom
from inbox.web.uploads import Uploads, uploads

Words = Annotated[str | None, Form(max_length=200_000)]
Line = Annotated[str | None, Form(max_length=2000)]
Version = Annotated[str, Form(max_length=20)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What the composer's form holds; None for a field that it did not send.

    `remove` is a file's id, `read` the newest message that the page showed.
    """

    version: str
    text: str | None
    subject: str | None
    recipients: str | None
    identity: str | None
    form: Way | None
    channel: str | None
    line: str | None
    lines: tuple[str, ...]
    remove: str | None
    then: str | None
    read: str
    uploads: Uploads

    @property
    def changes(self) -> int:
        """Which version of the draft these words change; -1 for none that there is."""
        return int(self.version[:18]) if self.version.isdigit() else -1


def _typed(
    given: Annotated[Uploads, uploads(Action.DRAFT)],
    version: Version = "",
    text: Words = None,
    subject: Line = None,
    recipients: Line = None,
    identity: Line = None,
    form: Annotated[Way | None, Form()] = None,
    channel: Line = None,
    line: Line = None,
    lines: Annotated[list[str], Form(max_length=40)] = [],  # noqa: B006 (FastAPI copies it)
    remove: Line = None,
    save: Line = None,
    read: Annotated[str, Form(max_length=40)] = "",
    if_match: Annotated[str | None, Header()] = None,
) -> Typed:
    said = (version or if_match or "").strip().removeprefix("W/").strip('"')
    return Typed(
        said,
        text,
        subject,
        recipients,
        identity or None,
        form,
        channel,
        line,
        tuple(lines),
        remove,
        save,
        read,
        given,
    )


Form_ = Annotated[Typed, Depends(_typed)]


def save(room: Workroom, case: Case, draft: Draft, typed: Typed) -> None:
    """The words first, then the files: a file that cannot be taken loses nobody's words."""
    who: Any = {"author_id": room.person.staff_id, "now": room.now, "actor": room.person.actor}
    if typed.identity and typed.identity != drafting.OFFICE and typed.identity not in room.desk.staff:
        raise Refused("Choose in whose name this goes.")
    wanted = typed.recipients.replace(";", ",").split(",") if typed.recipients is not None else None
    changes = drafting.Changes(
        text=typed.text, subject=typed.subject, recipients=wanted, identity=typed.identity, form=typed.form
    )
    require_on(room.person, ChannelAct.DRAFT, typed.channel or draft.channel_id)
    if typed.channel:
        changes = drafting.moved(room.session, room.desk, case, typed.channel, changes)
    with savepoint(room.session):
        drafting.save(room.session, room.desk, draft, changes, version=typed.changes, **who)
    if typed.remove and typed.remove in draft.attachments:
        drafting.remove_file(room.session, room.desk, draft, typed.remove, version=draft.version, **who)
    if given := typed.uploads.checked():
        drafting.add_files(room.session, room.desk, draft, given, version=draft.version, **who)
    note_sources(room, draft, typed.lines)
    if typed.line:
        _insert(room, case, draft, typed.line)
    drafting.note_privacy(room.desk, draft)


def _insert(room: Workroom, case: Case, draft: Draft, template_id: str) -> None:
    """A standard text at the end of what is written, filled with what is known."""
    line = find_or_none(room.session, StandardLine, template_id)
    template = None if line else find(room.session, Template, template_id)
    body = standard_lines.words_of(line, draft.language) if line else template.body if template else ""
    _note_source(draft, line, template)
    put_in(room, draft, suggestions.filled(room.session, room.desk, case, body, room.now))


def put_in(room: Workroom, draft: Draft, words: str) -> None:
    """Adds words that a person chose to the end of a draft."""
    text = f"{draft.text.rstrip()}\n\n{words}".strip()
    drafting.save(
        room.session, room.desk, draft, drafting.Changes(text=text), version=draft.version,
        author_id=room.person.staff_id, now=room.now, actor=room.person.actor,
    )  # fmt: skip


def note_sources(room: Workroom, draft: Draft, keys: Sequence[str]) -> None:
    """Lines that the page put in where the cursor was: it says which, with the words."""
    for key in dict.fromkeys(keys):
        line = find_or_none(room.session, StandardLine, key)
        _note_source(draft, line, None if line else find_or_none(room.session, Template, key))


def _note_source(draft: Draft, line: StandardLine | None, template: Template | None) -> None:
    if line is not None:
        provenance.from_line(draft, line)
    elif template is not None:
        provenance.from_template(draft, template)
