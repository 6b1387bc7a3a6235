"""Every kind of channel there is."""

from connectors.email.channel import EmailChannel

KINDS: dict[str, type[EmailChannel]] = {"email": EmailChannel}
