"""A council's Open311 endpoint as FixMyStreet and its adapter speak it, with the quirks that are real.

Control side beside the server's own (`connectors.standins.server`):
  POST /_service   {"code", "name", "type": "realtime" | "batch", "attributes": [...]}
  POST /_status    {"id", "status", "notes", "description", "update": true}: what the council does to a report
  POST /_flood     {"ids", "updates"}: so many updates, one after the other over these reports
  POST /_quirks    {"wrap": true, "single": true, "xml": true, "hides_words": true, "no_updates": true}:
                   how it answers from now on
  POST /_number    {"token"}: a batch report gets its number
  GET  /_reports   everything it has, keys and senders included
"""

import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from connectors.standins.server import Asked, Refusal, StandIn, Told

API_KEY = "a key between council and office"
JURISDICTION = "wexcombe.example"
_ROOTS = {"service": "services", "request": "service_requests", "request_update": "service_request_updates"}


class Open311StandIn(StandIn):
    """One council."""

    name = "open311"

    def __init__(self) -> None:
        super().__init__()
        self.routes = [
            ("GET", r"/discovery\.json", self.discovery),
            ("GET", r"/services\.json", self.list_services),
            ("GET", r"/services/([^/]+)\.json", self.definition),
            ("POST", r"/requests\.json", self.create),
            ("GET", r"/requests\.json", self.list_requests),
            ("GET", r"/requests/([^/]+)\.json", self.one_request),
            ("GET", r"/tokens/([^/]+)\.json", self.token),
            ("GET", r"/servicerequestupdates\.json", self.list_updates),
            ("POST", r"/servicerequestupdates\.json", self.take_update),
            ("POST", r"/_service", self.add_service),
            ("POST", r"/_status", self.set_status),
            ("POST", r"/_flood", self.flood),
            ("POST", r"/_quirks", self.set_quirks),
            ("POST", r"/_number", self.give_number),
            ("GET", r"/_reports", lambda asked: Told(self.reports)),
        ]

    def unknown(self, asked: Asked) -> Told:
        return _refused(404, "Not found").told

    def malformed(self, asked: Asked, words: str) -> Told:
        return _refused(400, f"Bad request: {words}").told

    def forget(self) -> None:
        self.reports: list[dict[str, Any]] = []
        self.updates: list[dict[str, Any]] = []
        self.tokens: dict[str, dict[str, Any]] = {}
        self.quirks: dict[str, bool] = {}
        self.services: dict[str, dict[str, Any]] = {}
        for code, name in (("POT", "Pothole"), ("LIGHT", "Street light"), ("TREE", "Tree")):
            self.services[code] = {
                "name": name,
                "type": "batch" if code == "TREE" else "realtime",
                "attributes": [],
            }

    # --- what a client asks

    def discovery(self, asked: Asked) -> Told:
        endpoint = {
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": self.url,
            "type": "test",
            "formats": ["application/json"],
        }
        return Told({"changeset": "2026-01-01T00:00:00Z", "endpoints": [endpoint]})

    def list_services(self, asked: Asked) -> Told:
        self._in_jurisdiction(asked.query)
        rows = [
            {
                "service_code": code,
                "service_name": one["name"],
                "description": one["name"],
                "type": one["type"],
                "metadata": "true" if one["attributes"] else "false",
                "keywords": "",
                "groups": ["Streets"],
            }
            for code, one in self.services.items()
        ]
        return self._rows("service", rows)

    def definition(self, asked: Asked) -> Told:
        service = self.services.get(asked.args[0])
        if service is None:
            raise _refused(404, "Unknown service_code")
        return Told({"service_code": asked.args[0], "attributes": service["attributes"]})

    def create(self, asked: Asked) -> Told:
        given = parse_qs(asked.body.decode(), keep_blank_values=True)
        form = {name: values[-1] for name, values in given.items()}
        self._known(form)
        if form.get("service_code") not in self.services:
            raise _refused(400, "Bad request: service_code")
        if not (form.get("lat") and form.get("long")) and not form.get("address_string"):
            raise _refused(400, "Bad request: lat/long or address_string")
        now = self._now()
        report = {
            "service_request_id": str(len(self.reports) + 1001),
            "service_code": form["service_code"],
            "status": "open",
            "status_notes": "",
            "requested_datetime": now,
            "updated_datetime": now,
            "form": form,
        }
        if self.services[form["service_code"]]["type"] == "batch":
            token = secrets.token_hex(8)
            self.tokens[token] = report
            return self._rows("request", [{"token": token}])
        self.reports.append(report)
        return self._rows(
            "request",
            [
                {
                    "service_request_id": report["service_request_id"],
                    "service_notice": "The council looks within five days.",
                }
            ],
        )

    def list_requests(self, asked: Asked) -> Told:
        self._in_jurisdiction(asked.query)
        ids = [one for one in asked.query.get("service_request_id", "").split(",") if one]
        found = [one for one in self.reports if not ids or one["service_request_id"] in ids]
        if not ids:
            found = [one for one in found if _within(one["requested_datetime"], asked.query)]
        most = int(asked.query.get("max_requests", "1000"))
        return self._rows("request", [self._shown(one) for one in reversed(found)][:most])

    def one_request(self, asked: Asked) -> Told:
        found = [one for one in self.reports if one["service_request_id"] == asked.args[0]]
        if not found:
            raise _refused(404, "Unknown service_request_id")
        return self._rows("request", [self._shown(found[0])])

    def token(self, asked: Asked) -> Told:
        report = self.tokens.get(asked.args[0])
        if report is None:
            raise _refused(404, "Unknown token")
        number = report["service_request_id"] if report in self.reports else ""
        return self._rows("request", [{"token": asked.args[0], "service_request_id": number}])

    def list_updates(self, asked: Asked) -> Told:
        if self.quirks.get("no_updates"):
            raise Refusal(
                Told(b"<!doctype html><title>Not found</title>", 404, {"content-type": "text/html"})
            )
        self._known(asked.query)
        found = [one for one in self.updates if _within(one["updated_datetime"], asked.query)]
        return self._rows("request_update", found)

    def take_update(self, asked: Asked) -> Told:
        self._known(asked.form)
        if any(one["update_id"] == asked.form["update_id"] for one in self.updates):
            raise _refused(400, "Bad request: update_id already exists")
        return Told({"service_request_updates": {"update_id": asked.form["update_id"]}}, 201)

    # --- what the council does

    def add_service(self, asked: Asked) -> Told:
        given = asked.json
        self.services[given["code"]] = {
            "name": given["name"],
            "type": given.get("type", "realtime"),
            "attributes": given.get("attributes", []),
        }
        return Told({"done": True})

    def set_status(self, asked: Asked) -> Told:
        given, now = asked.json, self._now()
        report = next(one for one in self.reports if one["service_request_id"] == given["id"])
        report["status"] = "closed" if given["status"].upper() in ("CLOSED", "FIXED") else "open"
        if not given.get("update", True):
            report["status"] = given["status"]
        report["status_notes"] = given.get("notes", "")
        report["updated_datetime"] = now
        if given.get("update", True):
            self.updates.append(
                {
                    "update_id": given.get("update_id", f"u{len(self.updates) + 1}"),
                    "status": given["status"],
                    "service_request_id": given["id"],
                    "updated_datetime": now,
                    "description": given.get("description", ""),
                    "media_url": "",
                }
            )
        return Told({"done": True})

    def flood(self, asked: Asked) -> Told:
        ids, count = asked.json["ids"], int(asked.json["updates"])
        begin = self.now() - timedelta(seconds=count)
        for number in range(count):
            at = (begin + timedelta(seconds=number)).isoformat()
            row = {"update_id": f"f{number}", "status": "IN_PROGRESS", "description": f"News {number}"}
            row |= {"service_request_id": ids[number % len(ids)], "updated_datetime": at, "media_url": ""}
            self.updates.append(row)
        return Told({"done": True})

    def set_quirks(self, asked: Asked) -> Told:
        self.quirks = {**self.quirks, **asked.json}
        return Told({"done": True})

    def give_number(self, asked: Asked) -> Told:
        report = self.tokens[asked.json["token"]]
        if report not in self.reports:
            report["service_request_id"] = str(len(self.reports) + 1001)
            self.reports.append(report)
        return Told({"service_request_id": report["service_request_id"]})

    # --- how it answers

    def _rows(self, item: str, rows: list[dict[str, Any]]) -> Told:
        if self.quirks.get("xml"):
            inside = "".join(_element(item, row) for row in rows)
            page = f"<?xml version='1.0' encoding='utf-8'?><{_ROOTS[item]}>{inside}</{_ROOTS[item]}>"
            return Told(page.encode(), headers={"content-type": "text/xml"})
        told: Any = rows
        if self.quirks.get("single") and len(rows) == 1:
            told = {item: rows[0]}
        return Told({_ROOTS[item]: told} if self.quirks.get("wrap") else told)

    def _shown(self, report: dict[str, Any]) -> dict[str, Any]:
        form = report["form"]
        row = {
            name: report[name]
            for name in (
                "service_request_id",
                "service_code",
                "status",
                "status_notes",
                "requested_datetime",
                "updated_datetime",
            )
        }
        row |= {
            "service_name": self.services[report["service_code"]]["name"],
            "lat": form.get("lat", ""),
            "long": form.get("long", ""),
            "address": form.get("address_string", ""),
            "media_url": "",
            "description": "" if self.quirks.get("hides_words") else form.get("description", ""),
        }
        if self.quirks.get("wrap"):
            row |= {
                "requestor_name": "Somebody Else",
                "agency_responsible": {"recipient": ["Wexcombe Council"]},
            }
        return row

    def _known(self, given: Any) -> None:
        self._in_jurisdiction(given)
        if not given.get("api_key"):
            raise _refused(400, "Bad request: api_key")
        if given["api_key"] != API_KEY:
            raise _refused(403, "Invalid api_key")

    def _in_jurisdiction(self, given: Any) -> None:
        if given.get("jurisdiction_id") != JURISDICTION:
            raise _refused(404, "Unknown jurisdiction_id")

    def _now(self) -> str:
        return self.now().isoformat()


def _within(moment: str, query: Any) -> bool:
    at = datetime.fromisoformat(moment)
    after = "start_date" not in query or at >= datetime.fromisoformat(query["start_date"])
    return after and ("end_date" not in query or at <= datetime.fromisoformat(query["end_date"]))


def _refused(code: int, words: str) -> Refusal:
    return Refusal(Told({"errors": [{"code": code, "description": words}]}, code))


def _element(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return f"<{name}>{''.join(_element(one, inner) for one, inner in value.items())}</{name}>"
    if isinstance(value, list):
        return f"<{name}>{''.join(_element(name.removesuffix('s'), one) for one in value)}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>" if value else f"<{name}/>"
