"""What is already here that a batch of arrivals may touch: asked for at once, then kept true."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from connectors.contract import InboundMessage
from inbox.models import Constituent, Handle, Message

_CHUNK = 500
_MOST_IDS = 60


@dataclass(slots=True)
class Recall:
    """`contents`: content key to message id. `people`: (kind of channel, address) to person. `answered`: the
    Message-ID of a message on a case to that case's id."""

    contents: dict[str, str] = field(default_factory=dict)
    people: dict[tuple[str, str], Constituent] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)

    def person(self, kind: str, address: str) -> Constituent | None:
        return self.people.get((kind, address.lower()))

    def remember(self, message: Message) -> None:
        """A message that was just filed: the next one of the batch may repeat or answer it."""
        if message.content_key:
            self.contents[message.content_key] = message.id
        if message.external_id and message.case_id:
            self.answered.setdefault(message.external_id, message.case_id)


def recall(session: Session, incoming: Sequence[InboundMessage]) -> Recall:
    """Three questions for any number of messages."""
    found = Recall()
    for keys in _chunks({one.content_key for one in incoming}):
        contents = select(Message.content_key, Message.id).where(col(Message.content_key).in_(keys))
        found.contents.update((key or "", row) for key, row in session.exec(contents))
    for addresses in _chunks({one.sender.address.lower() for one in incoming if one.sender.address}):
        people = select(Handle.channel_kind, Handle.address, Constituent).join(
            Constituent, col(Constituent.id) == Handle.constituent_id
        )
        for kind, address, person in session.exec(people.where(col(Handle.address).in_(addresses))):
            found.people[kind, address] = person
    for ids in _chunks({one for message in incoming for one in answered_ids(message)}):
        answered = select(Message.external_id, Message.case_id).where(
            col(Message.external_id).in_(ids), col(Message.case_id).is_not(None)
        )
        newest_first = session.exec(answered.order_by(col(Message.id).desc()))
        found.answered.update((external or "", case or "") for external, case in newest_first)
    return found


def answered_ids(message: InboundMessage) -> list[str]:
    """What a message says it answers: In-Reply-To, then References from the newest."""
    return list(dict.fromkeys((*message.in_reply_to, *reversed(message.references))))[:_MOST_IDS]


def flush_first(session: Session) -> None:
    """Writes what the batch has made so far, where a question must see it."""
    if session.new or session.dirty:
        session.flush()


def _chunks(keys: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(keys)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))
