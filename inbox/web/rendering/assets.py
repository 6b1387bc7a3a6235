"""The front-end files: joined, hashed and held in memory at start, served with a year of cache.

Style sheets become one `/static/app.<hash>.css` and our scripts one `/static/app.<hash>.js`; the public
form's script, the sprite and the third-party files are served one by one. Nothing else under `/static/`
exists.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).resolve().parents[1] / "static"
VENDOR = ("htmx.min.js", "idiomorph-ext.min.js")
FIRST = ("layers", "tokens", "reset", "base", "layout")
LAST = ("states", "utilities", "print")
SCRIPTS = (
    "start", "status", "keys", "keyhelp", "drafts", "live", "presence", "palette", "signin", "keeping",
    "unkept", "lists",
)  # fmt: skip
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
CACHE = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
ALWAYS = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}


class FrontEndMissing(RuntimeError):
    """Third-party front-end files are not in place, so no page would work; the text says what to run."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as served: `path` below `/static/` with its hash, and the body plain and gzipped."""

    path: str
    media_type: str
    body: bytes
    gzipped: bytes


def asset(name: str) -> str:
    """The address of a front-end file: `asset("app.css")` is `/static/app.<hash>.css`."""
    return f"/static/{assets()[name].path}"


def static_routes(app: Starlette) -> None:
    """Serve the front-end files under `/static/`; raises `FrontEndMissing` here, at start."""
    by_path = {found.path: found for found in assets().values()}

    def static(request: Request) -> Response:
        found = by_path.get(request.path_params["path"])
        if found is None:
            return Response("Not found", 404, ALWAYS, "text/plain")
        headers = ALWAYS | CACHE
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(found.gzipped, 200, headers | {"Content-Encoding": "gzip"}, found.media_type)
        return Response(found.body, 200, headers, found.media_type)

    app.add_route("/static/{path:path}", static, name="static")


@cache
def assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """Every front-end file by its plain name."""
    missing = [name for name in VENDOR if not (folder / "vendor" / name).is_file()]
    if missing:
        raise FrontEndMissing(f"Front-end files are missing ({', '.join(missing)}); run: make setup")
    bodies = {
        "app.css": _joined(folder / "css", _style_order(folder / "css"), ".css"),
        "app.js": _joined(folder / "js", SCRIPTS, ".js"),
        "contact.js": (folder / "js" / "contact.js").read_bytes(),
        "icons.svg": (folder / "icons.svg").read_bytes(),
        "favicon.svg": (folder / "favicon.svg").read_bytes(),
    }
    bodies |= {f"vendor/{name}": (folder / "vendor" / name).read_bytes() for name in VENDOR}
    return {name: _asset(name, body) for name, body in bodies.items()}


def _style_order(folder: Path) -> tuple[str, ...]:
    components = sorted({file.stem for file in folder.glob("*.css")} - {*FIRST, *LAST})
    return (*FIRST, *components, *LAST)


def _joined(folder: Path, names: Iterable[str], suffix: str) -> bytes:
    return b"\n".join((folder / f"{name}{suffix}").read_bytes() for name in names)


def _asset(name: str, body: bytes) -> Asset:
    plain = Path(name)
    digest = hashlib.sha256(body).hexdigest()[:8]
    path = str(plain.with_name(f"{plain.stem}.{digest}{plain.suffix}"))
    return Asset(path, TYPES[plain.suffix], body, gzip.compress(body, mtime=0))
