"""Tells mail that programs wrote from mail that people wrote (RFC 3834, RFC 3464, RFC 2919, and practice).

Doubt falls on the side of a person: a newsletter in the inbox costs one key, a constituent set aside costs
much more. Two kinds of marks are told apart. What answering programs and list servers alone write is proof.
What platforms also stamp on a person's own words (ticket systems write `Auto-Submitted: auto-generated` on an
officer's letter, web forms leave with the null sender, old programs say `Precedence: bulk`) is a mark:
it sets a mail aside only together with a second sign. Alone it leaves the mail with the people, and
`is_perhaps_automatic` keeps our own automatic words away from it.
"""

from collections.abc import Iterator, Sequence

from connectors.contract import Handle, Machine
from connectors.email import machine_words as words
from connectors.email.addresses import ANY_ADDRESS, are_related, domain
from connectors.email.bounces import is_bounce
from connectors.email.headers import Headers
from connectors.email.parts import Part

PROGRAMS_OWN = (
    "x-autoreply",
    "x-autorespond",
    "x-auto-reply",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
)
ANSWERED = ("auto-replied", "auto-notified")
BULK = ("bulk", "junk")
MOST_WORDS = 4000
ANSWERS_OF_A_CALENDAR = ("reply", "counter", "cancel", "refresh", "declinecounter")


def machine_kind(
    root: Part, sender: Handle, reply_to: Sequence[Handle], subject: str, text: str, own_words: str
) -> Machine | None:
    """What kind of machine wrote this, or None for a person ("own" needs our addresses: see `reading`).

    `own_words` is `text` without what it quotes: what an answer repeats says nothing of who wrote the answer.
    """
    headers = root.headers
    if is_bounce(root, sender, subject, text):
        return Machine.BOUNCE
    if _is_auto_reply(root, headers, subject, own_words):
        return Machine.AUTO_REPLY
    if _is_list(headers, sender, reply_to, text):
        return Machine.LIST
    return None


def is_perhaps_automatic(root: Part) -> bool:
    """Whether a mail that may be a person's bears a mark of programs, or asks for no automatic answer."""
    headers = root.headers
    suppressed = headers.first("x-auto-response-suppress").lower().replace(",", " ").split()
    return (
        _is_marked(headers)
        or "list-unsubscribe" in headers
        or "all" in suppressed
        or "autoreply" in suppressed
        or any(
            part.parameters.get("method", "").lower() in ANSWERS_OF_A_CALENDAR for part in _calendars(root)
        )
    )


def speaks_as_a_program(subject: str, own_words: str) -> bool:
    """The second sign beside a mark: the mail says that it is a receipt or an automatic answer."""
    if words.RECEIPT_SUBJECT.match(subject) or words.AWAY_SUBJECT.match(subject):
        return True
    return words.CALLS_ITSELF_AUTOMATIC.search(" ".join(own_words[:MOST_WORDS].split())) is not None


def _is_auto_reply(root: Part, headers: Headers, subject: str, own_words: str) -> bool:
    if headers.automatic() in ANSWERED:
        return True
    if root.content_type == "multipart/report":
        return True  # a report that is no bounce: a read receipt
    if any(headers.first(name).strip().lower() not in ("", "no", "false", "0") for name in PROGRAMS_OWN):
        return True
    if _precedence(headers) in ("auto_reply", "auto-reply"):
        return True
    if words.AUTO_SUBJECT.match(subject):
        return True
    if _is_marked(headers):
        return speaks_as_a_program(subject, own_words)
    return words.AWAY_SUBJECT.match(subject) is not None and _wants_no_answer(headers)


def _is_marked(headers: Headers) -> bool:
    """A mark that programs write, on people's own words too."""
    return bool(headers.automatic()) or headers.has_null_sender() or _precedence(headers) in BULK


def _wants_no_answer(headers: Headers) -> bool:
    suppress = headers.first("x-auto-response-suppress").strip().lower()
    return bool(
        (suppress and suppress != "none")
        or _precedence(headers) == "list"
        or "x-ms-exchange-inbox-rules-loop" in headers
        or "x-loop" in headers
    )


def _precedence(headers: Headers) -> str:
    return headers.first("precedence").strip().lower()


def _calendars(root: Part) -> Iterator[Part]:
    waiting = [root]
    while waiting:
        part = waiting.pop()
        waiting += part.parts
        if part.content_type == "text/calendar":
            yield part


def _is_list(headers: Headers, sender: Handle, reply_to: Sequence[Handle], text: str) -> bool:
    """A list names itself. Without a name two signs of a mail to many are asked for, one of them a header."""
    if "list-id" in headers or "list-post" in headers or _precedence(headers) == "list":
        return True
    signs = (_precedence(headers) in BULK) + ("list-unsubscribe" in headers)
    if not signs or _is_on_behalf_of_somebody(sender, reply_to):
        return False
    return signs > 1 or bool(words.NEWS_ADDRESS.match(sender.address) or words.UNSUBSCRIBE.search(text))


def _is_on_behalf_of_somebody(sender: Handle, reply_to: Sequence[Handle]) -> bool:
    """A platform carries a person's own letter: the answer goes to an address elsewhere."""
    home = domain(sender.address)
    return any(reply.address and not are_related(domain(reply.address), home) for reply in reply_to)


LIST_FIELDS = ("list-post", "x-beenthere", "mailing-list")


def list_addresses(headers: Headers, recipients: Sequence[Handle]) -> frozenset[str]:
    """The posting addresses of the list that carried this: those it names for itself, and the recipient that
    its `List-Id` is made of. An office may be behind a list of its own."""
    named = (found for name in LIST_FIELDS for found in ANY_ADDRESS.findall(headers.first(name)[:2000]))
    found = {address.lower() for address in named}
    name = headers.first("list-id").rpartition("<")[2].rstrip("> ").lower()
    addresses = (recipient.address.lower() for recipient in recipients)
    return frozenset(found | {one for one in addresses if name and one.replace("@", ".") == name})
