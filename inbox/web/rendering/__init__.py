"""Turns a view (plain data that names its template) into HTML; the only door to Jinja.

A view is a frozen dataclass with a class variable `template`. Its fields are the template's variables, so the
type checker, not a reader of templates, knows what a page needs.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Mapping, MutableMapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, ClassVar, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context, Macro
from markupsafe import Markup
from starlette.responses import HTMLResponse

from inbox.dates import as_typed
from inbox.web.rendering import dates
from inbox.web.rendering.addresses import with_breaks
from inbox.web.rendering.assets import FrontEndMissing, asset, static_routes
from inbox.web.rendering.numbers import with_numbers, with_phones
from inbox.web.words import translate

__all__ = [
    "FrontEndMissing",
    "View",
    "asset",
    "environment",
    "page",
    "render",
    "static_routes",
    "templates_folder",
]

PACKAGE = Path(__file__).resolve().parents[2]


class View(Protocol):
    """What can be drawn: a dataclass whose fields are the variables of `template`."""

    template: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


def page(
    view: View, csrf_token: str = "", *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """Answer with the view's HTML; `csrf_token` goes into every form and into htmx's headers."""
    return HTMLResponse(render(view, csrf_token), status_code=status, headers=headers)


def render(view: View, csrf_token: str = "") -> str:
    """The view's HTML: its fields by name, and `csrf_token`."""
    fields = {field.name: getattr(view, field.name) for field in dataclasses.fields(view)}
    return environment().get_template(view.template).render(fields, csrf_token=csrf_token)


def templates_folder() -> Path:
    """`templates/` of the checkout, or the copy that an installed wheel carries."""
    carried = PACKAGE / "_data" / "templates"
    return carried if carried.is_dir() else PACKAGE.parent / "templates"


class _Environment(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Every template's globals are these. A layer for each template, as the library makes it, is looked
        through name by name whenever a template imports another: fifteen times a page."""
        return super().make_globals(d) if d else self.globals


@cache
def environment() -> Environment:
    """The one Jinja environment: autoescape everywhere, an unknown variable is an error."""
    made = _Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    made.filters.update(day=dates.day, clock_time=dates.clock_time, moment=dates.moment, when=dates.when)
    made.filters.update(
        typed_day=as_typed, with_numbers=with_numbers, with_breaks=with_breaks, with_phones=with_phones
    )
    made.globals.update(asset=asset, sprite=Markup(asset("icons.svg")), drawn=drawn, once_key=once_key, t=_t)  # noqa: S704
    return made


@lru_cache(maxsize=2_000)
def drawn(macro: Macro, *given: object) -> str:
    """A macro's HTML, drawn once for the same values: most rows of a list are as they were a moment ago.

    For words alone, never for a form: its keys are good for one press of one person.
    """
    return macro(*given)


def once_key() -> str:
    """A fresh key for one press of one form: the second press with the same key does nothing."""
    return secrets.token_urlsafe(12)


@pass_context
def _t(context: Context, key: str, **values: object) -> str:
    """The public words for `key` in the language of the page's shell."""
    return translate(key, context["shell"].language, **values)
