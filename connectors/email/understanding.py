"""What a collected mail says, whichever road it came by: in process where that is safe, else in a child."""

from connectors.contract import DeliveryReport, InboundMessage, RawArrival
from connectors.email.child import read_in_child
from connectors.email.limits import is_ordinary
from connectors.email.mime import read_mail
from connectors.email.reading import read


def understand(arrival: RawArrival) -> InboundMessage | DeliveryReport:
    """`read` where that is cheap and safe, else in a child with limits. Raises Unreadable."""
    return read(arrival) if is_ordinary(arrival.raw) else read_in_child(arrival)


def formatted(raw: bytes) -> str | None:
    """The sanitised HTML of a mail; None where it has none, or is too odd to be read again in process."""
    return read_mail(raw).html if is_ordinary(raw) else None
