"""The words for data: channels, kinds, urgencies, statuses, outcomes, flags."""

from collections.abc import Iterable, Sequence

from inbox.models import CaseStatus, LinkKind, OfficeKind, Role
from inbox.web.views.parts import Badge, Tone
from routing.plain_words import plain
from routing.plain_words import sentence as sentence
from routing.words import Kind, Machine

_CHANNELS = {
    "email": ("Email", "email"),
    "microsoft365": ("Email", "email"),
    "import": ("Imported mail", "email"),
    "web": ("Web form", "form"),
    "facebook": ("Facebook message", "facebook-message"),
    "x": ("X message", "x-message"),
    "post": ("Letter", "post"),
    "phone": ("Phone", "phone"),
    "surgery": ("Visit", "visit"),
    "outreach": ("Visit", "visit"),
    "open311": ("Report", "form"),
    "open311_council": ("Street faults", "form"),
    "feed": ("Feed", "feed"),
}
_KINDS = {
    "call": ("Phone", "phone"),
    "letter": ("Letter", "post"),
    "visit": ("Visit", "visit"),
    "form": ("Status page", "form"),
    "report": ("Street report", "form"),
}
_PUBLIC = {"comment": ("Facebook comment", "facebook-comment"), "post": ("X post", "x-post")}
URGENCIES = {"immediate": "Immediate", "priority": "Priority", "standard": "Standard", "low": "Low"}
STATUSES = {
    CaseStatus.NEW: "New",
    CaseStatus.OPEN: "In progress",
    CaseStatus.WAITING_CONSTITUENT: "Waiting for the person",
    CaseStatus.WAITING_BODY: "Waiting for a reply",
    CaseStatus.RESOLVED: "Finished",
    CaseStatus.CLOSED: "Closed",
}
LINKS = {
    LinkKind.RELATED: "Related",
    LinkKind.DUPLICATE: "The same matter told twice",
    LinkKind.HOUSEHOLD: "Same household",
}
RUNGS = {
    "chase_1": "The first chase",
    "chase_2": "The second chase",
    "hotline": "The hotline",
    "minister": "The letter to the minister",
}
CONSENTS = {
    "none": "None: it answers without",
    "deemed": "Taken as given where they ask for themselves",
    "verbal": "By word of mouth",
    "written": "In writing",
    "form": "On a signed form",
}
NATIONS = {
    "england": "England",
    "wales": "Wales",
    "scotland": "Scotland",
    "northern-ireland": "Northern Ireland",
    "uk": "All four nations together",
}
UNITS = {
    "working_days": "working days",
    "calendar_days": "days",
    "calendar_months": "months",
}
OUTCOMES = {
    "resolved": "Solved",
    "partly_resolved": "Partly solved",
    "body_said_no": "The organisation said no",
    "referred_on": "Passed on to somebody better placed",
    "not_a_constituent": "Not our constituent",
    "no_reply": "No reply from the person",
    "withdrawn": "The person asked us to stop",
    "out_of_scope": "Outside what we can do",
    "behaviour": "Ended because of behaviour",
    "duplicate": "The same matter is on another case",
}
KINDS = {str(one): plain(one) for one in Kind}
MACHINES = {str(one): plain(one) for one in Machine}
ROLES = {
    Role.CASEWORKER: "Caseworker",
    Role.OFFICIAL: "Official",
    Role.CHECKER: "Checker",
    Role.SIGNATORY: "Signatory",
    Role.MANAGER: "Manager",
    Role.ADMINISTRATOR: "Administrator",
    Role.AUDITOR: "Auditor",
}
WARNINGS = {
    "charset-guessed": "The letters of this message had to be guessed. Some may be wrong.",
    "broken-encoding": "Part of this message was damaged on the way. The original is kept.",
    "reply-to-differs": "It asks for replies to go to another address. We answer the one it came from.",
    "name-holds-other-address": "The sender’s name shows an address that is not theirs.",
    "sender-domain-mismatch": "Their mail system vouched for another domain only.",
    "dmarc-fail": "The sender’s domain says that this did not come from it.",
    "several-senders": "It names several senders. We show the first.",
    "no-sender": "It does not say whom it is from.",
    "remote-images": "Pictures kept on other computers were left out.",
    "html-simplified": "The formatting was too large or too odd. Only its text is shown.",
    "too-many-parts": "It has more parts than we open. The rest is one file.",
    "too-deep": "It has more parts inside parts than we open. The rest is one file.",
    "too-large": "The text was too long to show whole. All of it is in the original.",
    "encrypted-elsewhere": "It is encrypted. A person must open it on the platform to read it.",
    "not-told": "The platform did not tell us what it says. A person must open it there and read it.",
    "not-summoned": "It does not name our account, so it cannot be answered in public from here.",
    "read-by-others": "It was written to a group. Others can read it too.",
    "encrypted": "Part of it is encrypted, so we cannot read it here.",
    "password-protected": "A file in it asks for a password.",
    "forwarded": "It was passed on to us, so nothing proves who wrote it. Check before you answer.",
    "read-by-machine": "Unchecked: a program read this letter. Compare it with its pages.",
    "partly-read": "The program could not read every page.",
    "not-read": "Nobody has read this letter yet. Look at its pages and type what they say.",
    "perhaps-automatic": "A program may have sent this. No automatic reply goes to it.",
    "not-understood": "We could not read it properly. This is all we could make out.",
}


def channel(kind: str | None, message_kind: str | None = None) -> tuple[str, str]:
    """The word and the icon for how something came."""
    if message_kind in _KINDS and not (message_kind == "form" and kind == "web"):
        return _KINDS[message_kind]
    if message_kind in _PUBLIC and kind in ("facebook", "x"):
        return _PUBLIC[message_kind]
    return _CHANNELS.get(kind or "", ("By hand", "note"))


def is_public(kind: str | None, message_kind: str | None) -> bool | None:
    """Whether everybody can read it; None where the question makes no sense."""
    return message_kind in _PUBLIC if kind in ("facebook", "x") else None


def unsorted(kind: str) -> str:
    """What the list of what nobody has taken up yet is called in an office of that kind, on every page."""
    return "Queue" if kind == OfficeKind.DEPARTMENT else "To sort"


def case_badges(
    priority: str, flags: Sequence[str], language: str, kind: str, is_restricted: bool, status: str = ""
) -> tuple[Badge, ...]:
    """What must be seen of a case, most important first."""
    found: list[Badge] = []
    if priority == "immediate":
        found.append(Badge("Immediate", Tone.LATE, "late"))
    if is_restricted:
        found.append(Badge("Restricted", Tone.GUARD, "shield"))
    if "safeguarding" in flags or "domestic-abuse" in flags:
        found.append(Badge("Safeguarding", Tone.GUARD, "shield"))
    if priority == "priority":
        found.append(Badge("Priority", Tone.SOON, "soon"))
    if "confidential" in flags:
        found.append(Badge("Confidential", Tone.GUARD, "lock"))
    if kind not in ("casework", "threat", "self-harm-risk"):
        found.append(Badge(KINDS.get(kind, sentence(kind)), Tone.CALM))
    if language == "cy":
        found.append(Badge("Cymraeg", Tone.CALM, None, "cy"))
    return tuple(found)


def constituency(state: str | None, postcode: str | None) -> Badge | None:
    """Whether the person is ours, as far as anybody knows."""
    place = f" ({postcode})" if postcode else ""
    match state:
        case "confirmed":
            return Badge(f"Ours{place}", Tone.OK, "tick")
        case "likely":
            return Badge(f"Likely ours{place}", Tone.CALM, "question")
        case "not_ours":
            return Badge(f"Not ours?{place}", Tone.CALM, "arrow")
        case "unknown":
            return Badge("No postcode yet" if not postcode else f"Not checked{place}", Tone.CALM, "dash")
    return None


def warnings(found: Iterable[str]) -> tuple[str, ...]:
    """Warnings of the reader as sentences; what is only for programs is left out."""
    return tuple(WARNINGS[one] for one in found if one in WARNINGS)


def topic(word: str) -> str:
    """A topic as colleagues say it."""
    return plain(word)


def size(count: int) -> str:
    """Bytes as people say them."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} KB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def file_kind(content_type: str) -> str:
    """What sort of file it is, in a word."""
    if content_type.startswith("image/"):
        return "Picture"
    if content_type.startswith("audio/"):
        return "Sound"
    if content_type.startswith("video/"):
        return "Film"
    known = {"application/pdf": "PDF", "text/plain": "Text", "text/calendar": "Calendar entry",
             "application/zip": "Archive", "message/rfc822": "Forwarded mail"}  # fmt: skip
    if "word" in content_type:
        return "Word document"
    return known.get(content_type, "File")
