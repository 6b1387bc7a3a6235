"""What goes wrong on the wire, told apart by what may be done about it."""

from collections.abc import Mapping
from datetime import timedelta

from connectors.contract.storable import storable


class ConnectorFailure(Exception):
    """Something on the wire did not work. `reason` is one plain sentence, free of secrets and content."""

    def __init__(self, reason: str) -> None:
        self.reason = storable(reason)
        super().__init__(self.reason)


class TemporaryFailure(ConnectorFailure):
    """Nothing left us, or the platform said later. `after`: how long it asked us to wait, if it did."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class PartlyRefused(TemporaryFailure):
    """Some recipients were refused, so nothing left us to anybody yet: each group goes its own way from here.

    `later` and `never` hold the server's words by address, as the message named it; the others were welcome.
    """

    def __init__(self, reason: str, later: Mapping[str, str], never: Mapping[str, str]) -> None:
        super().__init__(reason)
        self.later, self.never = dict(later), dict(never)


class PermanentFailure(ConnectorFailure):
    """Never will work as it stands; a person decides. SMTP 5xx, a closed reply window."""


class OutcomeUnknown(ConnectorFailure):
    """Perhaps sent. No machine sends it again; a person settles it with the evidence."""


class CredentialsRejected(ConnectorFailure):
    """The platform refused our sign-in. Trying again soon may lock the account."""


class Unreadable(ConnectorFailure):
    """Reading an arrival died, or took more time or memory than it may. The raw bytes are untouched."""


class WebhookRejected(ConnectorFailure):
    """The call was not proved to come from the platform."""
