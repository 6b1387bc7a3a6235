"""The channel that others report through: a GeoReport v2 server's door, one key for one reporting system."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from connectors.contract import (
    Attachment,
    Checked,
    Limits,
    News,
    PermanentFailure,
    RawArrival,
    RemoteFile,
    Surroundings,
    WebhookAnswer,
    WebhookRejected,
    WebhookRequest,
)
from connectors.keys import Key, filled, table
from connectors.open311 import answers, reports, shapes, submissions
from connectors.open311.submissions import Malformed, Submission

KIND = "open311"
SERVICES = (
    "council-services=Council services; environment=Rubbish, parks and environment; "
    "transport=Roads, pavements and transport; planning=Planning; asb=Anti-social behaviour; "
    "housing-social=Council and social housing"
)
"""What can be reported, by the names of the topics that cases are sorted by."""
_OWN_NUMBERS = ("attribute[external_id]", "attribute[fixmystreet_id]", "external_id", "fixmystreet_id")
_ID = re.compile(r"[\w.:/-]{1,200}", re.ASCII)


CALLED_AT = "/open311/v2"
"""One address for all who report to us: the jurisdiction that they name and the key tell them apart."""
HOURLY = "600"
"""More than a council of a million people takes in on its worst day."""


class Open311Channel:
    """Receives, Reads, Downloads and Tests of the contract, for one system that reports to us."""

    KEYS: ClassVar[Mapping[str, Key]] = table(
        Key("jurisdiction_id", "the jurisdiction that it names, like wexcombe.example", required=True),
        Key("api_key", "a key of at least 16 characters that you give to the reporting system", required=True,
            secret=True),
        Key("reporter", "what the reporting system is called (default: the jurisdiction)"),
        Key("services", "what can be reported: code=name; code=name", default=SERVICES),
        Key("hourly", "how many reports and updates this key may bring in an hour", default=HOURLY),
        Key("media_hosts", "hosts that pictures may be fetched from, with commas between (default: none)"),
    )  # fmt: skip
    CALLED_AT: ClassVar[str] = CALLED_AT
    limits = Limits(subject=False)

    def __init__(self, values: Mapping[str, str], around: Surroundings) -> None:
        self.account = values["jurisdiction_id"].lower()
        self.services = services_in(values["services"])
        self._key = values["api_key"]
        self._reporter = values.get("reporter") or self.account
        self._media_hosts = frozenset(values.get("media_hosts", "").lower().replace(",", " ").split())
        self._around = around

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> "Open311Channel":
        """A channel from what a person typed. Raises PermanentFailure in plain words."""
        given = {name: value for name, value in settings.items() if name != "since"}
        values = filled(cls.KEYS, given, secrets)
        if len(values["api_key"]) < 16:
            raise PermanentFailure("api_key must have at least 16 characters: it is all that proves a caller")
        if not re.fullmatch(r"[\w.-]{1,100}", values["jurisdiction_id"], re.ASCII):
            raise PermanentFailure(
                "jurisdiction_id is letters, digits, dots and hyphens, like wexcombe.example"
            )
        return cls(values, around)

    @staticmethod
    def account_of(settings: Mapping[str, str]) -> str:
        """The jurisdiction."""
        return settings.get("jurisdiction_id", "").strip().lower()

    def knows(self, api_key: str) -> bool:
        """Whether this is the reporting system's key."""
        return hmac.compare_digest(api_key.encode("utf-8", "replace"), self._key.encode())

    def receive(self, request: WebhookRequest) -> WebhookAnswer:
        """A report, or with `resource=updates` in the query an update; `format` is `json` or `xml`.

        The answer's body is GeoReport's; a refusal has no arrivals. Raises WebhookRejected without our key.
        """
        if request.method == "GET":
            return WebhookAnswer()
        form = request.query.get("format", answers.JSON)
        try:
            told = submissions.read(request.headers.get("content-type", ""), request.body)
        except Malformed as fault:
            raise WebhookRejected(f"it cannot be read: {fault}") from fault
        if not self.knows(told.one("api_key") or request.query.get("api_key", "")):
            raise WebhookRejected("the api_key is not the one of this channel")
        told = told.without("api_key")
        if request.query.get("resource") == "updates":
            return self._update(told, form)
        return self._report(told, form)

    def read(self, arrival: RawArrival) -> News:
        return reports.understand(arrival)

    @staticmethod
    def understand(arrival: RawArrival) -> News:
        return reports.understand(arrival)

    def download(self, file: RemoteFile) -> Attachment:
        from connectors.open311 import pictures  # the only use of an http client: this end is called

        return pictures.download(file, self._media_hosts, self._around.allow_private)

    def close(self) -> None:
        """Nothing is open."""

    def check(self) -> Sequence[Checked]:
        hosts = ", ".join(sorted(self._media_hosts)) or "none; pictures elsewhere stay links"
        return (
            Checked("Services", True, f"{len(self.services)} can be reported: {', '.join(self.services)}"),
            Checked("Pictures", True, f"are fetched from: {hosts}"),
        )

    def _report(self, told: Submission, form: str) -> WebhookAnswer:
        code = told.one("service_code")
        if not code:
            return answers.error(400, "Bad request: service_code", form)
        if code not in self.services:
            return answers.error(404, "Unknown service_code", form)
        if not reports.place_told(told):
            return answers.error(400, "Bad request: lat and long, address_string or address_id", form)
        now = datetime.now(UTC)
        service_request_id = self._number(told, now)
        facts = {"service_name": (self.services[code],), "reporter": (self._reporter,)}
        arrival = self._arrival(f"request/{service_request_id}", told, facts, now)
        answer = answers.requests([{"service_request_id": service_request_id}], form, 201)
        return replace(answer, arrivals=(arrival,))

    def _update(self, told: Submission, form: str) -> WebhookAnswer:
        for name in ("service_request_id", "update_id"):
            if not _ID.fullmatch(told.one(name)):
                return answers.error(400, f"Bad request: {name}", form)
        if not (told.one("description") or shapes.status_of(told.one("status"))):
            return answers.error(400, "Bad request: description or status", form)
        facts = {"reporter": (self._reporter,)}
        update_id = told.one("update_id")
        arrival = self._arrival(f"update/{update_id}", told, facts, datetime.now(UTC))
        return replace(answers.update_taken(update_id, form), arrivals=(arrival,))

    def _arrival(
        self, external_id: str, told: Submission, facts: Mapping[str, tuple[str, ...]], now: datetime
    ) -> RawArrival:
        kept = Submission(
            {**told.fields, **{f"our {name}": each for name, each in facts.items()}}, told.files
        )
        return RawArrival(KIND, self.account, external_id, submissions.packed(kept), now)

    def _number(self, told: Submission, now: datetime) -> str:
        """Our number for a report, the same when it is sent again: from the number that its own system gave
        it, or where it gave none from all that it says and the day."""
        own = told.one(*_OWN_NUMBERS)
        name = f"number {own}" if own else f"{now.date()} {submissions.packed(told).decode()}"
        return hashlib.sha256(f"{self.account}\n{self._key}\n{name}".encode()).hexdigest()[:16].upper()


def services_in(words: str) -> dict[str, str]:
    """Names by code. Raises PermanentFailure for what is no such list."""
    found: dict[str, str] = {}
    for each in words.split(";"):
        code, equals, name = (part.strip() for part in each.partition("="))
        if each.strip() and (not equals or not re.fullmatch(r"[\w.-]{1,60}", code) or not name):
            raise PermanentFailure("services is a list of code=name with semicolons between")
        if code:
            found[code] = name[:120]
    if not found:
        raise PermanentFailure("services must name at least one")
    return found
