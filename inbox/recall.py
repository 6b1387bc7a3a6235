"""What is already here that a batch of arrivals may touch: asked for at once, then kept true."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, case, func, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, select

from connectors.contract import InboundMessage
from inbox.database import find_or_none, office_of, take_turn
from inbox.models import Campaign, CampaignCopy, Case, Constituent, Handle, Message
from inbox.references import new_reference
from routing.campaigns import Gist, gist_of
from routing.copies import Nature

_CHUNK = 500
Key = TypeVar("Key", str, int)
_MOST_IDS = 60
_MOST_COMPARED = 4
_FEWEST_HITS = 2
MOST_MEMBERS = 40
"""Copies of a text that are read together; what these are not, later ones do not make it."""


@dataclass(slots=True)
class KnownText:
    """A text that was sent before. `text_id`: the message it is counted under; `copies` so far, where the
    template of its campaign may still change."""

    text_id: str
    campaign: Campaign | None = None
    copies: int = 1
    joined: Campaign | None = None
    """The pile whose text this is, where that pile was joined to `campaign`."""
    members: list[tuple[CampaignCopy, Message]] | None = None
    """Its copies in order, kept from when they are first asked for, while there is no campaign."""
    natures: dict[str, Nature] = field(default_factory=dict)
    """What those of them are that it was judged by, by the message's id."""


@dataclass(slots=True)
class Recall:
    """`contents`: content key to message id. `people`: (kind of channel, address) to person. `answered`: the
    Message-ID of a message on a case to that case's id. `prints`: what texts are known by to those texts;
    `gists`: of texts and, by content key, of the messages; `texts`: what became of those texts. `filed`: the
    messages filed since, by id, with their case. `size`: how many messages it was asked for."""

    size: int = 1
    contents: dict[str, str] = field(default_factory=dict)
    people: dict[tuple[str, str], Constituent] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    prints: dict[int, list[str]] = field(default_factory=dict)
    gists: dict[str, Gist] = field(default_factory=dict)
    texts: dict[str, KnownText] = field(default_factory=dict)
    filed: dict[str, tuple[Message, Case]] = field(default_factory=dict)
    _references: list[str] = field(default_factory=list)
    _threads: set[str] = field(default_factory=set)
    _unwritten: set[str | None] = field(default_factory=set)

    def person(self, kind: str, address: str) -> Constituent | None:
        return self.people.get((kind, address.lower()))

    def remember(self, message: Message, case: Case | None) -> None:
        """A message that was just filed on `case`: the next one of the batch may repeat or answer it."""
        self._unwritten |= {message.id, message.constituent_id, message.case_id}
        if case is not None:
            self.filed[message.id] = (message, case)
            self._unwritten.add(case.constituent_id)
        if message.thread:
            self._threads.add(message.thread)
        if message.content_key:
            self.contents[message.content_key] = message.id
        if message.external_id and message.case_id:
            self.answered.setdefault(message.external_id, message.case_id)

    def see(self, session: Session, *ids: str | None) -> None:
        """Writes what the batch has made so far, if a question about these rows would miss it otherwise."""
        self._unwritten.discard(None)
        if not self._unwritten.isdisjoint(ids):
            session.flush()
            self._unwritten.clear()

    def see_thread(self, session: Session, thread: str) -> None:
        """Writes what the batch has made so far, if it holds a message of this conversation."""
        if thread in self._threads:
            self.flush(session)
            self._threads.clear()

    def near(self, prints: Iterable[int]) -> list[str]:
        """The texts that share most prints, the likeliest first; never more than a handful."""
        hits = Counter(text for one in prints for text in self.prints.get(one, ()))
        return [text for text, count in hits.most_common(_MOST_COMPARED) if count >= _FEWEST_HITS]

    def flush(self, session: Session) -> None:
        """Writes all that the batch has made so far."""
        session.flush()
        self._unwritten.clear()

    def reference(self, session: Session, prefix: str) -> str:
        """A case reference that nobody has, drawn for the whole batch at once."""
        if not self._references:
            self._references = free_references(session, prefix, self.size)
        return self._references.pop()


def recall(session: Session, incoming: Sequence[InboundMessage]) -> Recall:
    """Five questions for any number of messages. Another node that holds a copy of one of them asks after
    our commit; else both would take it for new."""
    take_turn(session, {one.content_key for one in incoming})
    found = Recall(size=max(1, len(incoming)))
    for keys in _chunks({one.content_key for one in incoming}):
        contents = select(Message.content_key, Message.id).where(col(Message.content_key).in_(keys))
        found.contents.update((key or "", row) for key, row in session.exec(contents))
    _recall_people(session, incoming, found)
    for ids in _chunks({one for message in incoming for one in answered_ids(message)}):
        answered = select(Message.external_id, Message.case_id).where(
            col(Message.external_id).in_(ids), col(Message.case_id).is_not(None)
        )
        newest_first = session.exec(answered.order_by(col(Message.id).desc()))
        found.answered.update((external or "", case or "") for external, case in newest_first)
    _recall_texts(session, incoming, found)
    return found


def road_of(message: InboundMessage) -> str:
    """The kind of channel by which its writer can be reached."""
    return message.reached_by or message.channel


def _recall_people(session: Session, incoming: Sequence[InboundMessage], found: Recall) -> None:
    """The writers who are known; their kind of channel is named, as the index of addresses begins with it."""
    senders: dict[str, set[str]] = {}
    for one in incoming:
        if one.sender.address:
            senders.setdefault(road_of(one), set()).add(one.sender.address.lower())
    for kind, of_kind in sorted(senders.items()):
        for addresses in _chunks(of_kind):
            query = select(Handle.address, Constituent).join(
                Constituent, col(Constituent.id) == Handle.constituent_id
            )
            query = query.where(Handle.channel_kind == kind, col(Handle.address).in_(addresses))
            found.people.update(((kind, address), person) for address, person in session.exec(query))


def gist_of_message(known: Recall, message: InboundMessage) -> Gist:
    """What the text of an incoming message is known by."""
    if message.content_key not in known.gists:
        known.gists[message.content_key] = gist_of_words(message.subject or "", message.said)
    return known.gists[message.content_key]


def gist_of_letter(known: Recall, letter: Message) -> Gist:
    """What a letter is known by, whether it came with this batch or is kept from before."""
    found = known.gists.get(letter.content_key or "")
    return found or gist_of_words(letter.subject or "", letter.new_text)


def _recall_texts(session: Session, incoming: Sequence[InboundMessage], found: Recall) -> None:
    """Which texts share something with these messages, if a person wrote them."""
    asked = [gist_of_message(found, message).asked for message in incoming if message.machine is None]
    office = office_of(session)
    for prints in _chunks({one for of_message in asked for one in of_message}):
        rows = session.connection().execute(_texts(), {"office": office, "prints": prints}).all()
        for one, text_id in rows:
            found.prints.setdefault(one, []).append(text_id)
    for ids in _chunks({text for of_message in asked for text in found.near(of_message)}):
        for text_id, subject, text, copied, joined_to, campaign, copies in session.execute(_kept_texts(ids)):
            joined = find_or_none(session, Campaign, joined_to)
            found.gists[text_id] = gist_of_words(subject or "", text)
            found.texts[text_id] = KnownText(copied or text_id, campaign, copies, joined)


def _kept_texts(text_ids: Sequence[str]) -> Select[Any]:
    """Texts, each with its pile if it has one, and how often it was copied where that still matters."""
    first = aliased(CampaignCopy)
    some = select(CampaignCopy.message_id).where(CampaignCopy.text_id == first.text_id).correlate(first)
    counted = select(func.count()).select_from(some.limit(MOST_MEMBERS + 1).subquery()).scalar_subquery()
    is_alone = col(first.message_id).is_(None)
    copies = case((or_(is_alone, col(Campaign.is_settled)), 1), else_=counted)
    return (
        select_columns(
            col(Message.id), col(Message.subject), col(Message.new_text),
            col(first.text_id), col(first.moved_from), Campaign, copies,
        )
        .outerjoin(first, col(first.message_id) == Message.id)
        .outerjoin(Campaign, col(Campaign.id) == first.campaign_id)
        .where(col(Message.id).in_(text_ids))
    )  # fmt: skip


@lru_cache(maxsize=512)
def gist_of_words(subject: str, text: str) -> Gist:
    """What these words are known by. A letter is asked about several times on its way, the letters beside it
    with each further copy, and the text of a campaign with every batch."""
    return gist_of(subject, text)


@cache
def _texts() -> Select[Any]:
    """Built once: making it anew costs more than asking it."""
    table = SQLModel.metadata.tables["campaign_print"].c
    wanted = table.print.in_(bindparam("prints", expanding=True))
    return select_columns(table.print, table.text_id).where(table.office_id == bindparam("office"), wanted)


def answered_ids(message: InboundMessage) -> list[str]:
    """What a message says it answers: In-Reply-To, then References from the newest."""
    return list(dict.fromkeys((*message.in_reply_to, *reversed(message.references))))[:_MOST_IDS]


def free_references(session: Session, prefix: str, count: int) -> list[str]:
    """At least one and at most `count` new case references that no case of this office has."""
    for length in (4, 4, 4, 5, 6, 8):
        drawn = {new_reference(prefix, length) for _ in range(count)}
        taken = session.exec(select(Case.reference).where(col(Case.reference).in_(drawn))).all()
        if free := drawn.difference(taken):
            return list(free)
    raise RuntimeError("no free case reference was found")


def _chunks(keys: Iterable[Key]) -> Iterable[list[Key]]:
    ordered = sorted(keys)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))
