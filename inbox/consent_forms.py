"""The form a person signs so that the office may act: the office's own words or ours, in their language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inbox.models import Case, Constituent, Office
from inbox.wording import fill, letter

LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "reference": "Our reference", "name": "Name", "address": "Address", "born": "Date of birth",
        "numbers": "Reference numbers of the organisation (National Insurance, claim, tenancy)",
        "bodies": "The organisations you may ask", "signed": "Signature", "date": "Date",
        "other": "If you act for somebody else: their name, and why you act for them",
    },
    "cy": {
        "reference": "Ein cyfeirnod", "name": "Enw", "address": "Cyfeiriad", "born": "Dyddiad geni",
        "numbers": "Cyfeirnodau’r sefydliad (Yswiriant Gwladol, hawliad, tenantiaeth)",
        "bodies": "Y sefydliadau y cewch ofyn iddynt", "signed": "Llofnod", "date": "Dyddiad",
        "other": "Os ydych yn gweithredu dros rywun arall: eu henw, a pham yr ydych yn gweithredu drostynt",
    },
}  # fmt: skip
"""What stands beside the lines to fill in."""


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """What is printed above the lines."""

    heading: str
    paragraphs: tuple[str, ...]
    language: str
    labels: Mapping[str, str] = field(default_factory=dict)


def form_for(office: Office, case: Case, person: Constituent | None) -> ConsentForm:
    """In the case's language; an office that wrote words of its own is taken at its word."""
    language = "cy" if case.language == "cy" or (person and person.language == "cy") else "en"
    values = {
        "office": office.name,
        "member": office.member or office.name,
        "constituency": office.constituency or "",
        "reference": case.reference,
        "name": person.name if person else "",
        "phone": office.phone or "",
    }
    heading, words = letter("consent-form", language, values)
    if office.consent_words:
        words = fill(office.consent_words, values)
    paragraphs = tuple(part.strip() for part in words.split("\n\n") if part.strip())
    return ConsentForm(heading, paragraphs, language, LABELS[language])
