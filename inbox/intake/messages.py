"""From what a channel read to a row that both databases can hold."""

from connectors.contract import InboundMessage, storable
from inbox.models import Arrival, Direction, Message, MessageKind, new_id
from inbox.references import thread_of


def message_of(arrival: Arrival, incoming: InboundMessage) -> Message:
    """The message of an arrival, not added to a session yet."""
    everyone = [*incoming.recipients, *incoming.copied]
    return Message(
        id=new_id(),
        office_id=arrival.office_id,
        channel_id=arrival.channel_id,
        arrival_id=arrival.id,
        direction=Direction.INBOUND,
        kind=MessageKind(incoming.form),
        external_id=_external_id(incoming),
        content_key=incoming.content_key,
        sender_name=incoming.sender.name,
        sender_handle=incoming.sender.address.lower()[:254],
        recipients=[one.address.lower() for one in everyone[:200]],
        subject=storable(incoming.subject) if incoming.subject is not None else None,
        text=storable(incoming.text) or _stub(arrival),
        new_text=storable(incoming.new_text) or _stub(arrival),
        machine=incoming.machine,
        warnings=list(incoming.warnings),
        has_html="html" in incoming.warnings,
        thread=thread_of(incoming),
        link=storable(incoming.link) if incoming.link else None,
        forwarded_by=storable(incoming.forwarded_by)[:254] if incoming.forwarded_by else None,
        sent_at=incoming.sent_at,
        received_at=arrival.received_at,
    )


def _stub(arrival: Arrival) -> str:
    """What stands for a mail that is too large to take in: it is still in the mailbox."""
    size = arrival.hints.get("too_large")
    if not size or not size.isdigit():
        return ""
    return f"This message is too large to take in ({int(size) >> 20} MB). It is still in the mailbox."


def _external_id(incoming: InboundMessage) -> str | None:
    """The platform's id of the message; a mail without Message-ID has none that others could answer to."""
    external = incoming.external_id[:998]
    return None if not external or external.startswith("sha256:") else external
