"""What every table shares: ids, times, JSON, and the office that owns the row."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, cast

from sqlalchemy import JSON, DateTime, Dialect, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm.attributes import instance_dict
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel
from sqlmodel._compat import SQLModelConfig

IN_BYTE_ORDER = String(10).with_variant(String(10, collation="C"), "postgresql")
"""A short code that ranges are asked of: PostgreSQL's order of a language would pass over the spaces."""
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

_last = 0
_guard = threading.Lock()


def new_id() -> str:
    """A UUIDv7 (RFC 9562) as 32 hex digits: made here, ordered by time, never twice in a row the same."""
    global _last
    milliseconds = time.time_ns() // 1_000_000
    with _guard:
        # 48 bits of time and 12 of sequence, so that ids made in one process never go backwards.
        _last = max(_last + 1, milliseconds << 12)
        head = _last
    tail = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1) | (1 << 63)
    return f"{(head >> 12):012x}7{head & 0xFFF:03x}{tail:016x}"


def id_of_time(at: datetime) -> str:
    """Where ids made at that time begin: every id made later is greater."""
    return f"{int(at.timestamp() * 1000):012x}"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC. SQLite has no zones, so the zone is taken off and put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone was about to be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        # Lists read hundreds of times a page, so SQLite's are read in one step.
        return _read_sqlite_time if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read_sqlite_time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


def id_field(**options: Any) -> Any:
    """A primary key made by the application."""
    return Field(default_factory=new_id, primary_key=True, sa_type=String(32), **options)


def ref(target: str, **options: Any) -> Any:
    """A reference to another row: `ref("case.id")`, nullable when the field's default is None."""
    return Field(foreign_key=target, sa_type=String(32), **options)


def index_of(name: str, column: str) -> Index:
    """An index of the rows that have something in a column that most rows leave empty."""
    where = text(f"{column} IS NOT NULL")
    return Index(name, column, postgresql_where=where, sqlite_where=where)


def moment(**options: Any) -> Any:
    """An aware time."""
    return Field(sa_type=UtcDateTime, **options)


def json_list(**options: Any) -> Any:
    """A list kept as JSON."""
    return Field(default_factory=list, sa_type=Json, **options)


def json_dict(**options: Any) -> Any:
    """An object kept as JSON."""
    return Field(default_factory=dict, sa_type=Json, **options)


@dataclass(frozen=True, slots=True)
class _Plan:
    """The fields of a row class: their names, the plain defaults, and the makers of the others."""

    names: frozenset[str]
    plain: Mapping[str, Any]
    made: tuple[tuple[str, Callable[[], Any]], ...]


class Table(SQLModel):
    """What every row class shares: a constructor that sets fields and defaults, and nothing else.

    The library's own looks at the signature of each default's maker every time; a mail makes ten rows.
    """

    __tablename__: ClassVar[str]

    # Rows are neither validated nor written out as JSON, so no class of them needs a validator in memory.
    model_config = SQLModelConfig(defer_build=True)

    def __init__(self, **values: Any) -> None:
        plan = _plan(type(self))
        if not values.keys() <= plan.names:
            raise TypeError(f"no such field: {', '.join(sorted(values.keys() - plan.names))}")
        # Set past the mapper, which would note each value's history: a new row has none.
        row = instance_dict(self)
        row.update(plan.plain)
        row.update((name, make()) for name, make in plan.made if name not in values)
        row.update(values)
        object.__setattr__(self, "__pydantic_fields_set__", set(values))
        object.__setattr__(self, "__pydantic_extra__", None)
        object.__setattr__(self, "__pydantic_private__", None)

    def __setattr__(self, name: str, value: Any) -> None:
        """The mapper's own way; the library's sets each value a second time, past the mapper."""
        object.__setattr__(self, name, value)


@cache
def _plan(kind: type[SQLModel]) -> _Plan:
    fields = kind.model_fields
    plain = {
        name: field.default
        for name, field in fields.items()
        if not field.is_required() and field.default_factory is None
    }
    made = tuple(
        (name, cast(Callable[[], Any], field.default_factory))
        for name, field in fields.items()
        if field.default_factory is not None
    )
    return _Plan(frozenset(fields), plain, made)


class Row(Table):
    """A row with an id of its own."""

    id: str = id_field()


class OfficeOwned(Table):
    """A row that belongs to one office. The session shows only those of its own office."""

    office_id: str = ref("office.id", index=True)
