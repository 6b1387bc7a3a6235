"""What happens to every request before a route sees it, and to every answer after."""

import ipaddress
import json

import pytest
from fastapi import FastAPI
from starlette.datastructures import Headers

from inbox.app import create_app
from inbox.database import Database
from inbox.errors import SetupProblem
from inbox.models import Role
from inbox.settings import Environment
from inbox.web.downloads import NEVER_RUN
from inbox.web.edge.admission import client_of
from inbox.web.edge.headers import CONTENT_SECURITY_POLICY
from tests.web.conftest import make_settings
from tests.web.desks import Desk, World
from tests.web.routes import every_route

ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def test_the_policy_is_the_one_we_promise() -> None:
    directives = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))
    assert directives == {
        "default-src": "'none'",
        **dict.fromkeys(("script-src", "style-src", "img-src", "font-src", "connect-src"), "'self'"),
        "form-action": "'self'",
        "frame-src": "'self'",
        **dict.fromkeys(("base-uri", "object-src", "frame-ancestors"), "'none'"),
    }


def test_every_route_answers_with_the_security_headers(desk: Desk, app: FastAPI, world: World) -> None:
    desk.sit(world.ours.people[Role.MANAGER])
    for route in every_route(app):
        if route.is_stream:
            continue
        method, path = route.method, route.path
        answer = desk.request(method, route.at(world.ours))
        is_download = answer.headers.get("Content-Disposition", "").startswith("attachment")
        expected = ALWAYS | NEVER_RUN if is_download else ALWAYS
        for name, value in expected.items():
            assert answer.headers[name] == value, (method, path, name)
        assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert answer.headers["X-Request-ID"]
        if not path.startswith("/static/"):
            assert answer.headers["Cache-Control"] == "no-store", (method, path)


@pytest.mark.parametrize("path", ["/s/anything", "/cy/s/anything", "/status"])
def test_pages_behind_a_token_are_not_indexed_and_name_no_referrer(desk: Desk, path: str) -> None:
    answer = desk.get(path)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "a@127.0.0.1"]
)
def test_a_foreign_host_is_refused_with_400(desk: Desk, host: str) -> None:
    answer = desk.get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"]


def test_forwarded_hosts_change_nothing(desk: Desk) -> None:
    page = desk.get(
        "/sign-in", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    )
    assert page.status_code == 200
    assert "evil.example" not in page.text


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "PROPFIND", "DEBUG", "get"])
@pytest.mark.parametrize("path", ["/sign-in", "/nowhere"])
def test_odd_methods_get_405(desk: Desk, method: str, path: str) -> None:
    answer = desk.request(method, path)
    # The test client writes methods in capitals, so `get` arrives as an ordinary one.
    assert answer.status_code == (405 if method != "get" else desk.get(path).status_code)


def test_head_is_get_without_a_body(desk: Desk) -> None:
    answer = desk.head("/sign-in")
    assert answer.status_code == 200
    assert answer.content == b""


def test_a_body_that_says_it_is_too_large_is_refused_unread(desk: Desk) -> None:
    answer = desk.post("/sign-in", content=b"x", headers={"Content-Length": str(30 << 20)})
    assert answer.status_code == 413


def test_a_body_that_hides_its_size_is_cut_off(desk: Desk) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = desk.post("/sign-in", content=(b"email=" + b"x" * 65536 for _ in range(40)), headers=kind)
    assert answer.status_code == 413


def test_headers_beyond_any_browser_are_refused(desk: Desk) -> None:
    assert desk.get("/sign-in", headers={"X-Long": "x" * 40_000}).status_code == 431


def test_a_multipart_form_with_a_thousand_parts_is_refused(desk: Desk) -> None:
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="f{number}"\r\n\r\nx\r\n' for number in range(1500)
    )
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = desk.post("/sign-in", content=(parts + "--b--\r\n").encode(), headers=kind)
    assert answer.status_code in (400, 413)


def test_a_range_header_changes_nothing(desk: Desk) -> None:
    page = desk.get("/sign-in")
    ranged = desk.get("/sign-in", headers={"Range": "bytes=" + ",".join(f"{n}-" for n in range(2000))})
    assert ranged.status_code == page.status_code == 200


PROXIES = [ipaddress.ip_network("10.0.0.0/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "127.0.0.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_a_trusted_proxy_may_name_the_client(peer: str, forwarded: str, client: str) -> None:
    headers = Headers({"x-forwarded-for": forwarded} if forwarded else {})
    assert client_of(peer, headers, PROXIES) == client


@pytest.mark.parametrize(
    "header", ["X-Remote-User", "X-Forwarded-User", "Remote-User", "X-Auth-Request-Email"]
)
def test_headers_that_claim_a_user_have_no_effect(desk: Desk, world: World, header: str) -> None:
    assert desk.get("/session", headers={header: world.ours.people[Role.MANAGER].email}).status_code in (
        303,
        401,
    )


def test_a_request_is_logged_by_route_name_and_never_by_path(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.get("/s/SECRET-TOKEN-IN-A-PATH?also=SECRET-QUERY")
    desk.get("/sign-in?next=/s/SECRET-TOKEN")
    logged = "".join(capsys.readouterr())
    assert "route=/sign-in" in logged or '"/sign-in"' in logged
    assert "SECRET" not in logged


def test_an_unexpected_failure_says_nothing_of_itself(
    app: FastAPI, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise RuntimeError("donna@example.org black mould")

    app.add_api_route("/fails", fails)
    answer = desk.get("/fails")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    logged = "".join(capsys.readouterr())
    assert answer.headers["X-Request-ID"] in logged
    for words in (answer.text, logged):
        assert "donna" not in words
        assert "mould" not in words


def test_no_answer_carries_a_cors_header(desk: Desk) -> None:
    for origin in ("null", "https://evil.example", "http://127.0.0.1.evil.example", "http://127.0.0.1"):
        for path in ("/sign-in", "/api/v1/openapi.json", "/nowhere"):
            answer = desk.get(path, headers={"Origin": origin})
            assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_the_documentation_pages_are_off_and_the_description_is_on(desk: Desk) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert desk.get(path).status_code == 404
    described = json.loads(desk.get("/api/v1/openapi.json").text)
    assert all(path.startswith("/api/v1/") for path in described["paths"])


def test_plain_http_is_refused_in_production_except_on_this_machine(
    sqlite_database: Database, tmp_path: object
) -> None:
    def settings(url: str) -> object:
        return make_settings(sqlite_database, tmp_path, base_url=url, env=Environment.PRODUCTION)  # type: ignore[arg-type]

    with pytest.raises(SetupProblem, match="https"):
        create_app(settings("http://inbox.example.org"), database=sqlite_database)  # type: ignore[arg-type]
    for url in (
        "https://inbox.example.org",
        "http://127.0.0.1:8000",
        "http://localhost:8000",
        "http://[::1]:1",
    ):
        create_app(settings(url), database=sqlite_database)  # type: ignore[arg-type]


def test_an_empty_database_is_refused_with_the_command_to_run(tmp_path: object) -> None:
    empty = Database(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(SetupProblem, match="inbox migrate"):
        create_app(make_settings(empty, tmp_path), database=empty)  # type: ignore[arg-type]
    empty.close()
