"""Those in the demo who call the product: a visitor of the form, a system that reports street faults."""

import re
from collections.abc import Mapping
from email import message_from_bytes, policy
from pathlib import Path
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
_CONFIRM = re.compile(r"http://\S+/confirm/\S+")
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


def call(client: httpx.Client, base_url: str, outbox: Path, event: Mapping[str, Any]) -> None:
    """Does what somebody does at the product's own door. Raises httpx.HTTPError where it is closed to them.

    The same `id` again changes nothing.
    """
    told = {name: value for name, value in event.items() if name not in ("id", "on", "do")}
    match event["do"]:
        case "send":
            given = {"idempotency-key": event["id"]}
            answer = client.post(f"{base_url}/contact/{OFFICE}.json", json=told, headers=given)
        case "confirm":
            answer = client.post(_link_sent_to(told["email"], outbox))
        case _:
            told |= {"api_key": _KEY, "jurisdiction_id": _JURISDICTION, "attribute[external_id]": event["id"]}
            answer = client.post(f"{base_url}/open311/v2/requests.json", data=told)
    answer.raise_for_status()


def _link_sent_to(address: str, outbox: Path) -> str:
    """The button's page in the newest mail that asked whether this address is theirs."""
    for file in sorted(outbox.glob(f"*-to-{address}.eml"), reverse=True):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        found = _CONFIRM.search(body.get_content() if body is not None else "")
        if found is not None:
            return found[0]
    raise httpx.RequestError("no such mail has left yet")
