"""Change notifications: the handshake, calls that only say "look", and what befalls a subscription."""

import json
import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from connectors.standins.graph.mailbox import FOLDERS
from connectors.standins.graph.outgoing import lowered
from connectors.standins.graph.sign_in import problem
from connectors.standins.server import Asked, Refusal, StandIn

LONGEST = timedelta(minutes=10_080)
SHORTEST = timedelta(minutes=45)
TOKEN = "Validation: Testing client application reachability for subscription Request-Id: 7 +&%"


class Subscriptions:
    """Those in force, by id."""

    def __init__(self, platform: StandIn) -> None:
        self._platform = platform
        self.known: dict[str, dict[str, Any]] = {}

    def create(self, asked: Asked) -> dict[str, Any]:
        """Shakes hands with both addresses first. Raises Refusal."""
        given = lowered(asked.json)
        expires = self._expiry(given["expirationdatetime"])
        for url in {given["notificationurl"], given.get("lifecyclenotificationurl")} - {None}:
            self._shake(url)
        made = {
            "@odata.context": f"{self._platform.url}/v1.0/$metadata#subscriptions/$entity",
            "id": str(uuid.uuid4()), "resource": given["resource"], "changeType": given["changetype"],
            "clientState": given.get("clientstate"), "notificationUrl": given["notificationurl"],
            "lifecycleNotificationUrl": given.get("lifecyclenotificationurl"),
            "expirationDateTime": expires, "applicationId": "11111111-2222-3333-4444-555555555555",
        }  # fmt: skip
        self.known[made["id"]] = made
        return made

    def renew(self, identity: str, asked: Asked) -> dict[str, Any]:
        found = self.find(identity)
        found["expirationDateTime"] = self._expiry(lowered(asked.json)["expirationdatetime"])
        return found

    def find(self, identity: str) -> dict[str, Any]:
        found = self.known.get(identity)
        if found is None or _moment(found["expirationDateTime"]) <= self._platform.now():
            raise Refusal(problem(404, "ResourceNotFound", "The object was not found."))
        return found

    def announce(self, address: str, folder: str, identity: str) -> None:
        """Calls all who subscribed to this folder."""
        for one in self.known.values():
            if (
                self._covers(one, address, folder)
                and _moment(one["expirationDateTime"]) > self._platform.now()
            ):
                self._tell(one["notificationUrl"], [self.item(one, address, identity)])

    def item(self, one: dict[str, Any], address: str, identity: str) -> dict[str, Any]:
        path = f"Users/{address}/Messages/{identity}"
        data = {
            "@odata.type": "#Microsoft.Graph.Message",
            "@odata.id": path,
            "@odata.etag": 'W/"1"',
            "id": identity,
        }
        return {
            "subscriptionId": one["id"], "subscriptionExpirationDateTime": one["expirationDateTime"],
            "clientState": one["clientState"], "changeType": "created", "resource": path,
            "tenantId": "84bd8158-6d4d-4958-8b9f-9d6445542f95", "resourceData": data,
        }  # fmt: skip

    def befall(self, event: str) -> None:
        """A lifecycle event for every subscription; `subscriptionRemoved` ends it as well."""
        for one in list(self.known.values()):
            if event == "subscriptionRemoved":
                del self.known[one["id"]]
            if one["lifecycleNotificationUrl"]:
                told = {name: one[name] for name in ("clientState", "resource")}
                told |= {"subscriptionId": one["id"], "lifecycleEvent": event, "tenantId": "84bd8158"}
                told["subscriptionExpirationDateTime"] = one["expirationDateTime"]
                self._tell(one["lifecycleNotificationUrl"], [told])

    def _tell(self, url: str, items: list[dict[str, Any]]) -> None:
        body = json.dumps({"value": items}).encode()
        self._platform.call_later(url, body, {"content-type": "application/json; charset=utf-8"})

    def _shake(self, url: str) -> None:
        mark = "&" if "?" in url else "?"
        headers = {"content-type": "text/plain; charset=utf-8"}
        status, said = self._platform.call(f"{url}{mark}validationToken={quote(TOKEN)}", b"", headers)
        if status != 200 or said.decode("utf-8", "replace") != TOKEN:
            raise Refusal(
                problem(400, "ValidationError", "Subscription validation request failed. Must respond with "
                        "200 OK to this request.")
            )  # fmt: skip

    def _expiry(self, wanted: str) -> str:
        now = self._platform.now()
        if _moment(wanted) > now + LONGEST:
            raise Refusal(
                problem(400, "ExtensionError", "Subscription expiration can only be 10080 minutes.")
            )
        return f"{max(_moment(wanted), now + SHORTEST):%Y-%m-%dT%H:%M:%SZ}"

    @staticmethod
    def _covers(one: dict[str, Any], address: str, folder: str) -> bool:
        resource = unquote(one["resource"]).lower()
        named = [each for each in FOLDERS if f"('{each}')" in resource or f"/{each}/" in resource]
        return address.lower() in resource and (not named or folder in named)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
