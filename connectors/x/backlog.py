"""Holds pages that came newest first until the oldest is there, on disk once they are many."""

import json
import tempfile
from typing import Any

Page = list[dict[str, Any]]
_IN_MEMORY = 1 << 20


class Backlog:
    """A stack of pages. What is taken is in order of time. Opens its file with the first page."""

    def __init__(self) -> None:
        self._file: Any = None
        self._places: list[int] = []

    def __len__(self) -> int:
        return len(self._places)

    def put(self, newest_first: Page) -> None:
        """A page, older than all before."""
        if self._file is None:
            self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._places.append(self._file.seek(0, 2))
        self._file.write(json.dumps(newest_first).encode())

    def take(self) -> Page:
        """The oldest page, oldest thing first. Raises IndexError when there is none."""
        place = self._places.pop()
        self._file.seek(place)
        page: Page = json.loads(self._file.read())
        self._file.truncate(place)
        if not self._places:
            self.clear()
        return page[::-1]

    def clear(self) -> None:
        """Forgets all pages, and lets go of the file."""
        self._places.clear()
        if self._file is not None:
            self._file.close()
            self._file = None
