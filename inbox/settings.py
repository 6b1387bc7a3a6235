"""The one typed place that reads the environment."""

import base64
import binascii
import os
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from inbox.errors import SetupProblem


class Environment(StrEnum):
    """Where the program runs. Only `test` may arm failpoints or move the clock."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    TEST = "test"


_CHANNEL_SECRET = "INBOX_CHANNEL_"
_APPLICATION = {
    "microsoft365": ("client_id", "client_secret"),
    "facebook": ("app_id", "app_secret"),
    "x": ("client_id", "client_secret"),
}

Words = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Every setting, its default and its meaning; `inbox doctor` prints them with their source."""

    model_config = SettingsConfigDict(env_prefix="INBOX_", env_file=".env", extra="ignore")

    database_url: str = "sqlite:///var/inbox.db"
    migrate_database_url: str | None = Field(None, description="another role for `inbox migrate`")
    data_dir: Path = Path("var")
    base_url: str = "http://127.0.0.1:8000"
    secret_keys: Words = Field((), description="comma-separated, each base64 of 32 bytes; the first encrypts")
    trusted_hosts: Words = ("127.0.0.1", "localhost", "[::1]")
    trusted_proxies: Words = ()
    env: Environment = Environment.PRODUCTION
    allowed_private_hosts: Words = ()
    clamd: str | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    lease_seconds: float = Field(60, gt=0)
    smtp_timeout: float = Field(600, gt=0)
    microsoft365_client_id: str | None = Field(None, description="the application of this installation")
    microsoft365_client_secret: str | None = None
    facebook_app_id: str | None = None
    facebook_app_secret: str | None = None
    x_client_id: str | None = None
    x_client_secret: str | None = None
    failpoint: str | None = None
    clock_offset: float = Field(0, description="seconds added to the clock; test only")
    drafting_url: str | None = Field(
        None, description="chat address of a drafting model; without it no text leaves for one"
    )
    drafting_key: str | None = Field(None, description="the drafting model's key")
    drafting_model: str = Field("default", description="the name the drafting model is asked for by")
    drafting_seconds: float = Field(45, gt=0, le=300, description="how long its answer is waited for")
    postcode_lookup_url: str | None = Field(
        None, description="postcode service asked for seats the table does not know; without it none is"
    )
    low_disk_megabytes: int = Field(
        200, ge=0, description="below this much free space, nothing new is taken in"
    )

    security_contact: Words = Field(
        (), description="whom to tell of a hole, for security.txt: mailto:… or https://…"
    )

    @field_validator(
        "secret_keys", "trusted_hosts", "trusted_proxies", "allowed_private_hosts", "security_contact",
        mode="before",
    )  # fmt: skip
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("secret_keys")
    @classmethod
    def _keys_are_whole(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        for key in keys:
            try:
                size = len(base64.b64decode(key, validate=True))
            except (binascii.Error, ValueError):
                size = 0
            if size != 32:
                raise ValueError("each key must be base64 of 32 bytes, as `openssl rand -base64 32` makes")
        return keys

    @field_validator("security_contact")
    @classmethod
    def _contacts_are_addresses(cls, contacts: tuple[str, ...]) -> tuple[str, ...]:
        for one in contacts:
            if not one.startswith(("mailto:", "https://", "tel:")) or not one.isprintable():
                raise ValueError(f"{one!r} must begin with mailto:, https:// or tel:")
        return contacts

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_small_letters(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_addresses(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                ip_network(proxy, strict=False)
            except ValueError:
                raise ValueError(f"{proxy} is no address: write it like 127.0.0.1 or 10.0.0.0/8") from None
        return proxies

    @model_validator(mode="after")
    def _test_switches_only_in_test(self) -> Self:
        if self.env is not Environment.TEST and (self.failpoint or self.clock_offset):
            raise ValueError("INBOX_FAILPOINT and INBOX_CLOCK_OFFSET work only with INBOX_ENV=test")
        if not self.base_url.startswith(("http://", "https://")):
            raise ValueError("INBOX_BASE_URL must begin with http:// or https://")
        return self

    @model_validator(mode="after")
    def _services_are_reached_safely(self) -> Self:
        self._must_be_safe("INBOX_DRAFTING_URL", self.drafting_url, "https://…/v1/chat/completions")
        self._must_be_safe("INBOX_POSTCODE_LOOKUP_URL", self.postcode_lookup_url, "https://…/postcodes")
        return self

    def _must_be_safe(self, name: str, url: str | None, like: str) -> None:
        if url is None:
            return
        try:
            found = urlsplit(url)
            host = found.hostname or ""
        except ValueError:
            host, found = "", urlsplit("")
        if not host or found.scheme not in ("http", "https"):
            raise ValueError(f"{name} must be a whole address, such as {like}")
        if found.username or found.password:
            key = ": set INBOX_DRAFTING_KEY" if name == "INBOX_DRAFTING_URL" else ""
            raise ValueError(f"{name} must hold no key{key}")
        if found.scheme == "http" and not (_is_near(host) or host.lower() in self.private_hosts):
            raise ValueError(f"{name} must begin with https:// unless it is in your own network")

    @property
    def drafting_host(self) -> str | None:
        """Where the text of a case would go."""
        return (urlsplit(self.drafting_url).hostname or None) if self.drafting_url else None

    @property
    def keys(self) -> tuple[bytes, ...]:
        return tuple(base64.b64decode(key) for key in self.secret_keys)

    def of_kind(self, kind: str) -> dict[str, str]:
        """What this installation gives every channel of a kind, by key: its registered application."""
        found = {key: getattr(self, f"{kind}_{key}", None) for key in _APPLICATION.get(kind, ())}
        return {key: value for key, value in found.items() if value}

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def private_hosts(self) -> frozenset[str]:
        return frozenset(host.lower() for host in self.allowed_private_hosts)

    def now(self) -> datetime:
        """The time, in UTC. Composition roots call this and hand it down."""
        return datetime.now(UTC) + timedelta(seconds=self.clock_offset)


def _is_near(host: str) -> bool:
    """Whether a host is this machine or an address of a private network."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host.lower() == "localhost"


def sources() -> dict[str, str]:
    """Where each setting comes from: `environment`, `.env` or `default`."""
    places = (("environment", os.environ), (".env", dotenv_values(".env")))
    found = {}
    for name in Settings.model_fields:
        key = f"INBOX_{name}".upper()
        held = (place for place, values in places if key in {one.upper() for one in values})
        found[name] = next(held, "default")
    return found


def unknown() -> tuple[tuple[str, str | None], ...]:
    """What is set as INBOX_… and read by nobody, each with the setting that was probably meant."""
    known = {f"INBOX_{name.upper()}" for name in Settings.model_fields}
    named = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    strange = sorted(
        name for name in named - known if name.startswith("INBOX_") and not name.startswith(_CHANNEL_SECRET)
    )
    return tuple((name, next(iter(get_close_matches(name, known, 1, 0.75)), None)) for name in strange)


def channel_secret(key: str) -> str | None:
    """A channel's secret handed over in the environment: `password` is INBOX_CHANNEL_PASSWORD."""
    return os.environ.get(_CHANNEL_SECRET + key.upper())


def load_settings(**overrides: object) -> Settings:
    """The settings of this process. Raises SetupProblem with one line naming the setting."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "INBOX_" + "_".join(str(part) for part in first["loc"]).upper() if first["loc"] else "settings"
        raise SetupProblem(f"{name}: {first['msg'].removeprefix('Value error, ')}") from error
