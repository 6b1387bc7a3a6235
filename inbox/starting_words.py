"""The reply templates that a new office starts with (`templates/replies/<name>/<language>.txt`).

The office edits its copies freely. Placeholders are those of `inbox.wording`; square brackets are gaps that
a person fills in before it leaves.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from inbox.models.office import OfficeKind
from inbox.schema import data_folder

LANGUAGES = ("en", "cy")
_ONLY_FOR = {"not-ours": OfficeKind.MP, "not-foi": OfficeKind.MP}
_HELP_LINE = "<help line>"

# Whom to ring in a mental-health crisis: NHS 111 has an option for it in England, Wales and Scotland,
# Northern Ireland has Lifeline.
_HELP_LINES = {
    "en": (
        "You can call the NHS on 111, at any hour, and choose the mental health option.",
        "You can call Lifeline on 0808 808 8000, at any hour. The call is free.",
    ),
    "cy": (
        "Gallwch ffonio’r GIG ar 111, ar unrhyw awr, a dewis yr opsiwn iechyd meddwl.",
        "Gallwch ffonio Lifeline ar 0808 808 8000, ar unrhyw awr. Mae’r alwad am ddim.",
    ),
}


@dataclass(frozen=True, slots=True)
class StartingTemplate:
    """One template in one language."""

    name: str
    language: str
    title: str
    subject: str
    body: str


def help_line(nation: str, language: str) -> str:
    """Whom to ring in a mental-health crisis, in a sentence."""
    return _HELP_LINES[language][nation == "northern-ireland"]


def words_for(kind: OfficeKind, nation: str) -> Iterator[StartingTemplate]:
    """The templates for an office of that kind in that nation, each in English and Welsh."""
    for folder in sorted((data_folder("templates") / "replies").iterdir()):
        if _ONLY_FOR.get(folder.name, kind) is kind:
            for language in LANGUAGES:
                words = (folder / f"{language}.txt").read_text(encoding="utf-8")
                told = words.replace(_HELP_LINE, help_line(nation, language))
                yield _template(folder.name, language, told)


def _template(name: str, language: str, words: str) -> StartingTemplate:
    head, _, body = words.partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return StartingTemplate(name, language, fields["Title"], fields["Subject"], body.strip())
