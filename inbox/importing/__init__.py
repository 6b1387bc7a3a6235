"""Mail from files: .eml, mbox and Maildir become arrivals like those that a mailbox gives.

Pure readers: they look at files and nothing else, hold one message in memory at a time, and never raise on
what is inside one. The arrivals then walk through the same intake as live mail (`inbox.pipeline`).
"""

from inbox.importing.folders import Notice, messages_in
from inbox.importing.mbox import messages_in_mbox

__all__ = ["Notice", "messages_in", "messages_in_mbox"]
