"""Those in the demo who call the product: a visitor of the form, a system that reports street faults."""

from collections.abc import Mapping
from typing import Any

import httpx
from sqlmodel import Session, col, select

from inbox import channels
from inbox.history import OPERATOR
from inbox.models import Channel, ChannelMode
from inbox.secrets import SecretKeys
from inbox.settings import Settings

KINDS = frozenset({"web", "open311"})
OFFICE = "rowan-ashby-mp"
_JURISDICTION = "marl-valley.example"
_KEY = "a key of the demo's own reporter"


def introduce(session: Session, settings: Settings) -> None:
    """The channel that street faults are reported through; the form has its own from the beginning."""
    query = select(Channel).where(Channel.kind == "open311", col(Channel.removed_at).is_(None))
    if session.exec(query).first() is None:
        channels.add(
            session, kind="open311", name="Street reports",
            values={"jurisdiction_id": _JURISDICTION, "reporter": "Street reports"},
            secrets={"api_key": _KEY}, keys=SecretKeys(settings.keys), settings=settings,
            now=settings.now(), actor=OPERATOR, mode=ChannelMode.FULL,
        )  # fmt: skip


def call(client: httpx.Client, base_url: str, kind: str, given: Mapping[str, Any]) -> None:
    """Sends what somebody wrote to the product's own door for it; the same `id` again changes nothing."""
    told = {name: value for name, value in given.items() if name != "id"}
    if kind == "web":
        answer = client.post(
            f"{base_url}/contact/{OFFICE}.json", json=told, headers={"idempotency-key": given["id"]}
        )
    else:
        known = {
            "api_key": _KEY, "jurisdiction_id": _JURISDICTION, "attribute[external_id]": given["id"],
        }  # fmt: skip
        answer = client.post(f"{base_url}/open311/v2/requests.json", data={**known, **told})
    answer.raise_for_status()
