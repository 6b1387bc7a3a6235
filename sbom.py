"""Prints what the product is made of, as CycloneDX 1.6: everything in the lock files, with its hashes.

`make sbom > sbom.json`. Nothing is asked of the network; whoever checks advisories does so with this list.
"""

import base64
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(root: Path) -> dict[str, Any]:
    """The bill of the checkout at `root`."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    parts = [*_from_python(root / "requirements.lock"), *_from_npm(root / "frontend" / "package-lock.json")]
    released = re.search(
        r'^__version__ = "([^"]+)"', (root / "inbox" / "__init__.py").read_text(), re.MULTILINE
    )
    about = {"type": "application", "name": project["name"]}
    if released:
        about["version"] = released[1]
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": about}, "components": parts,
    }  # fmt: skip


def _from_python(lock: Path) -> Iterator[dict[str, Any]]:
    """Every pinned package. A package has a hash for each of its files: they stand as properties."""
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock.read_text()):
        found = _PINNED.match(block)
        if found is None:
            continue
        name = re.sub(r"[-_.]+", "-", found[1]).lower()
        files = [{"name": "file:sha256", "value": one} for one in _HASH.findall(block)]
        yield _part(name, found[2], f"pkg:pypi/{name}@{found[2]}") | {"properties": files}


def _from_npm(lock: Path) -> Iterator[dict[str, Any]]:
    for place, one in json.loads(lock.read_text())["packages"].items():
        if not place or one.get("dev"):
            continue
        name = place.rpartition("node_modules/")[2]
        part = _part(name, one["version"], f"pkg:npm/{name.replace('@', '%40')}@{one['version']}")
        way, _, digest = one["integrity"].partition("-")
        content = base64.b64decode(digest).hex()
        yield part | {"hashes": [{"alg": way.upper().replace("SHA", "SHA-"), "content": content}]}


def _part(name: str, version: str, address: str) -> dict[str, Any]:
    return {"type": "library", "name": name, "version": version, "purl": address, "bom-ref": address}


if __name__ == "__main__":
    json.dump(bill(ROOT), sys.stdout, indent=1)
    sys.stdout.write("\n")
