"""Stand-ins as processes of their own, and a remote control for each."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Platform:
    """A running stand-in at `url`."""

    url: str
    client: httpx.Client

    def order(self, path: str, **given: Any) -> Any:
        """Speaks to the control side: `order("_faults", on="POST /.*", act="drop")`."""
        answer = self.client.post(f"{self.url}/{path.lstrip('/')}", json=given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get(f"{self.url}/_log").json()
        return found


@contextmanager
def platform(kind: str, *, certificate: Path | None = None, key: Path | None = None) -> Iterator[Platform]:
    """Starts the stand-in of this kind; ends it, by its process, afterwards."""
    words = [sys.executable, "-m", "connectors.standins", kind]
    if certificate is not None:
        words += ["--certificate", str(certificate), "--key", str(key or certificate)]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, f"the {kind} stand-in did not start"
        with httpx.Client(verify=certificate is None, trust_env=False, timeout=30) as client:
            yield Platform(url, client)
    finally:
        process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()
