"""Access tokens: asked for in time, by one thread, and failures told apart."""

import base64
import threading
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from connectors.contract import CredentialsRejected, KeptSecrets, TemporaryFailure
from connectors.email.connection import xoauth2
from connectors.keys import InMemory
from connectors.oauth import OAuthClient, TokenProvider

PERSON = OAuthClient("https://login.example.org/token", "app-1", for_person=True, scope="imap smtp")
APPLICATION = OAuthClient("https://login.example.org/token", "app-1", client_secret="hush-hush")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Service:
    """A sign-in service that counts and remembers."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.forms: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        form = parse_qs(request.content.decode())
        self.forms.append({name: values[0] for name, values in form.items()})
        answer = self.answers.pop(0) if self.answers else a_token(f"token-{len(self.forms)}")
        if isinstance(answer, Exception):
            raise answer
        return answer


def a_token(token: str, **more: object) -> httpx.Response:
    answer = {"access_token": token, "expires_in": 3600, "token_type": "Bearer", **more}
    return httpx.Response(200, json=answer)


def provider(
    service: Callable[[httpx.Request], httpx.Response],
    who: OAuthClient = PERSON,
    clock: Clock | None = None,
    kept: KeptSecrets | None = None,
) -> TokenProvider:
    client = httpx.Client(transport=httpx.MockTransport(service))
    return TokenProvider(who, kept or InMemory({"refresh_token": "refresh-1"}), client, clock or Clock())


def test_the_xoauth2_words_are_those_of_the_providers_pages() -> None:
    given = base64.b64encode(xoauth2("mp@example.org", "tok"))
    assert given == b"dXNlcj1tcEBleGFtcGxlLm9yZwFhdXRoPUJlYXJlciB0b2sBAQ=="


def test_a_token_is_kept_for_four_fifths_of_its_life() -> None:
    service, clock = Service(), Clock()
    tokens = provider(service, clock=clock)
    first = tokens()
    clock.now += 0.79 * 3600
    assert tokens() == first
    clock.now += 0.02 * 3600
    assert tokens() == "token-2"


def test_a_refused_token_is_not_given_again() -> None:
    tokens = provider(Service())
    first = tokens()
    tokens.forget()
    assert tokens() != first


def test_a_person_is_asked_for_by_refresh_token_and_a_new_one_is_used_from_then_on() -> None:
    service = Service(a_token("one", refresh_token="refresh-2"))
    tokens = provider(service)
    tokens()
    tokens.forget()
    tokens()
    assert [form["refresh_token"] for form in service.forms] == ["refresh-1", "refresh-2"]
    assert service.forms[0] == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-1",
        "client_id": "app-1",
        "scope": "imap smtp",
    }


class Typed(InMemory):
    """Secrets whose saving fails as often as told, and that a person may type anew."""

    failures = 0

    def renew(self, name: str, use: Callable[[str | None], str | None]) -> None:
        if not self.failures:
            return super().renew(name, use)
        use(self._secrets.get(name))
        self.failures -= 1
        raise TemporaryFailure("the disk is full")


def test_a_new_refresh_token_that_could_not_be_saved_is_used_and_saved_next_time() -> None:
    service = Service(a_token("one", refresh_token="refresh-2"))
    kept = Typed({"refresh_token": "refresh-1"})
    kept.failures = 1
    tokens = provider(service, kept=kept)
    with pytest.raises(TemporaryFailure):
        tokens()
    assert tokens() == "token-2"
    saved: list[str | None] = []
    kept.renew("refresh_token", lambda now: saved.append(now))
    assert saved == ["refresh-2"]
    assert [form["refresh_token"] for form in service.forms] == ["refresh-1", "refresh-2"]


def test_what_a_person_typed_counts_more_than_a_token_that_could_not_be_saved() -> None:
    service = Service(a_token("one", refresh_token="refresh-2"))
    kept = Typed({"refresh_token": "refresh-1"})
    kept.failures = 1
    tokens = provider(service, kept=kept)
    with pytest.raises(TemporaryFailure):
        tokens()
    kept.renew("refresh_token", lambda _: "typed")
    tokens()
    assert service.forms[-1]["refresh_token"] == "typed"


def test_an_account_that_lost_its_refresh_token_needs_a_person() -> None:
    with pytest.raises(CredentialsRejected):
        provider(Service(), kept=InMemory({}))()


def test_an_application_asks_in_its_own_name() -> None:
    service = Service()
    provider(service, APPLICATION)()
    assert service.forms == [
        {"grant_type": "client_credentials", "client_id": "app-1", "client_secret": "hush-hush"}
    ]


def test_many_threads_at_once_make_one_request() -> None:
    service = Service()
    tokens = provider(service)
    given: list[str] = []
    threads = [threading.Thread(target=lambda: given.append(tokens())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert given == ["token-1"] * 8
    assert len(service.forms) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, json={"error": "invalid_grant", "error_description": "expired"}),
        httpx.Response(401, json={"error": "invalid_client"}),
        httpx.Response(403, text="<html>no</html>"),
    ],
)
def test_a_grant_that_has_ended_needs_a_person(answer: httpx.Response) -> None:
    with pytest.raises(CredentialsRejected):
        provider(Service(answer))()


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(503),
        httpx.Response(400, json={"error": "temporarily_unavailable"}),
        httpx.Response(200, text="not json"),
        httpx.Response(200, json=["a list"]),
        httpx.Response(200, json={"access_token": ""}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
    ],
)
def test_a_service_in_trouble_is_asked_again_later(answer: httpx.Response | Exception) -> None:
    tokens = provider(Service(answer))
    with pytest.raises(TemporaryFailure):
        tokens()
    assert tokens() == "token-2"


def test_the_service_may_say_when_to_come_back() -> None:
    busy = httpx.Response(429, headers={"Retry-After": "120"})
    with pytest.raises(TemporaryFailure) as caught:
        provider(Service(busy))()
    assert caught.value.after == timedelta(minutes=2)


@pytest.mark.parametrize("life", ["3600", None, "soon", -5, 0, "nan"])
def test_a_life_in_any_form_is_read_or_taken_as_an_hour(life: object) -> None:
    service, clock = Service(a_token("one", expires_in=life)), Clock()
    tokens = provider(service, clock=clock)
    assert tokens() == "one"
    clock.now += 0.7 * 3600
    assert tokens() == "one"


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    assert "hush-hush" not in repr(APPLICATION)


@pytest.mark.parametrize("body", [b"[" * 100_000, bytes(2 << 20), b"<html>", b'"\\ud800"'])
def test_an_answer_that_is_none_is_a_temporary_failure(body: bytes) -> None:
    service = Service(httpx.Response(200, content=body))
    with pytest.raises(TemporaryFailure):
        provider(service)()
