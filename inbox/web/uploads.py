"""Files in a form: kept and checked for harm before the transaction that puts them somewhere begins."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, File, UploadFile

from inbox.access import Action, Person
from inbox.errors import Refused, TooLarge
from inbox.files import MOST_FILES, Given, take_in
from inbox.web.dependencies import Wired, may


@dataclass(frozen=True, slots=True)
class Uploads:
    """What came with a form. With a `problem`, a sentence for the person who chose them, none were taken."""

    files: tuple[Given, ...] = ()
    problem: Refused | None = None

    def checked(self) -> tuple[Given, ...]:
        """The files. Raises the problem, if there is one."""
        if self.problem is not None:
            raise self.problem
        return self.files


def uploads(action: Action) -> Any:
    """The form's field `files`, from a person who may do `action`. Stand it before the session."""

    def taken(
        person: Annotated[Person, may(action)],
        wiring: Wired,
        files: Annotated[list[UploadFile] | None, File()] = None,
    ) -> Uploads:
        chosen = [one for one in files or () if one.filename]  # a field left empty sends one without a name
        if len(chosen) > MOST_FILES:
            return Uploads(problem=TooLarge(f"One message takes {MOST_FILES} files. Choose fewer."))
        tools = wiring.tools
        try:
            kept = tuple(
                take_in(tools, person.office_id, one.filename or "", one.content_type or "", one.file.read())
                for one in chosen
            )
        except Refused as problem:
            return Uploads(problem=problem)
        return Uploads(kept)

    return Depends(taken)
