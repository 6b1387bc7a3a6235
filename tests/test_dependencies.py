"""What the product is made of: nothing older than what mended a known hole, no binding licence."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = {
    "aiosmtpd": (1, 4, 5),  # CVE-2024-27305
    "authlib": (1, 7, 1),  # CVE-2026-41425
    "jinja2": (3, 1, 6),  # CVE-2025-27516
    "python-multipart": (0, 0, 30),  # CVE-2026-53539
    "starlette": (1, 3, 1),  # CVE-2026-54283
}
"""The first version without the hole, of each package that had one that concerns us."""
REFUSED = frozenset({"bleach"})
"""Five advisories; nh3 does its work."""
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([0-9][^\s;\\]*)", re.MULTILINE)
_FREE = re.compile(r"\b(?:MIT|BSD|Apache|ISC|0BSD|PSF|MPL|Mozilla|LGPL)", re.IGNORECASE)
_BINDS = re.compile(r"(?<!L)(?:AGPL|\bGPL|Affero|GNU General Public)", re.IGNORECASE)


def pinned(lock: str) -> dict[str, str]:
    return {name.lower(): version for name, version in _PINNED.findall((ROOT / lock).read_text())}


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_nothing_stands_below_the_version_that_mended_it(lock: str) -> None:
    packages = pinned(lock)
    assert len(packages) > 50
    low = {
        name: packages[name] for name in FLOORS.keys() & packages if numbers(packages[name]) < FLOORS[name]
    }
    assert low == {}
    assert not REFUSED & packages.keys()


def test_every_package_of_the_product_has_a_licence_that_leaves_its_users_free() -> None:
    stated = {name: _licence(name) for name in pinned("requirements.lock") if _is_here(name)}
    assert len(stated) > 50
    assert {
        name: said for name, said in stated.items() if not _FREE.search(said) or _BINDS.search(said)
    } == {}


def _is_here(name: str) -> bool:
    """A lock names packages of other systems too."""
    try:
        distribution(name)
    except ModuleNotFoundError:
        return False
    return True


def _licence(name: str) -> str:
    told = distribution(name).metadata
    stated = [told[field] for field in ("License-Expression", "License") if field in told]
    return "; ".join([*stated, *(one for one in told.get_all("Classifier", []) if one.startswith("License"))])
