"""The edge of the web app: what happens to every request before and after any route sees it."""

from inbox.web.edge.admission import Admission
from inbox.web.edge.headers import SecurityHeaders
from inbox.web.edge.log import AccessLog, LastResort

__all__ = ["AccessLog", "Admission", "LastResort", "SecurityHeaders"]
