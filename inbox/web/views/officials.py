"""W4, the officials' one queue: the queue's own parts in another frame, with points and "take next"."""

from dataclasses import dataclass
from typing import ClassVar

from inbox.web.views.parts import Shell, Tab
from inbox.web.views.queue import QueueList, Reading


@dataclass(frozen=True, slots=True)
class OfficialQueuePage:
    """`/official`: Queue, Mine, To approve, Sent as tabs; the list and the reading pane of the queue."""

    template: ClassVar[str] = "officials/queue.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    queue: QueueList
    reading: Reading | None
