"""One SMTP connection to a judged address: greeting, encryption, sign-in, and what each answer means."""

import base64
import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from connectors import guard
from connectors.contract import ConnectorFailure, CredentialsRejected, PermanentFailure, TemporaryFailure
from connectors.email.accounts import Auth, SignIn, SmtpSettings, Tls
from connectors.email.connection import may_try_again, xoauth2
from connectors.wording import plain


@contextmanager
def connected(settings: SmtpSettings) -> Iterator[smtplib.SMTP]:
    """A greeted, encrypted, signed-in connection. On leaving it is closed without a word.

    Raises TemporaryFailure, PermanentFailure or CredentialsRejected; nothing of a message has left by then.
    """
    client = _greeted(settings)
    try:
        yield client
    finally:
        client.close()


def _greeted(settings: SmtpSettings) -> smtplib.SMTP:
    try:
        return _opened(settings)
    except CredentialsRejected:
        if settings.sign_in is None or not may_try_again(settings.sign_in):
            raise
    return _opened(settings)


def _opened(settings: SmtpSettings) -> smtplib.SMTP:
    with in_words(settings):
        stream = guard.connect(settings.host, settings.port, settings.allow_private, settings.timeout)
        if settings.tls is Tls.IMPLICIT:
            stream = guard.encrypt(stream, settings.host, settings.ca_file)
        near, far = _ends(stream)
        client = smtplib.SMTP(local_hostname=f"[IPv6:{near}]" if ":" in near else f"[{near}]")
        client.sock, client.timeout = stream, settings.timeout
    try:
        with in_words(settings):
            if settings.tls is Tls.NONE and not guard.is_private(far):
                raise PermanentFailure(f"{settings.host} is on the internet, so it must be reached with TLS")
            expect(client.getreply(), (220,), "let us in", settings)
            expect(client.ehlo(), (250,), "greet us", settings)
            if settings.tls is Tls.STARTTLS:
                _encrypt(client, settings)
            if settings.sign_in is not None:
                _sign_in(client, settings, settings.sign_in)
    except BaseException:
        client.close()
        raise
    return client


def _ends(stream: socket.socket) -> tuple[str, str]:
    """Our address and theirs. A server that has hung up already has none; nothing is left open then."""
    try:
        return str(stream.getsockname()[0]), str(stream.getpeername()[0])
    except OSError:
        stream.close()
        raise


@contextmanager
def in_words(settings: SmtpSettings) -> Iterator[None]:
    """Turns what goes wrong before the final dot into a ConnectorFailure: nothing has left us yet."""
    try:
        yield
    except ConnectorFailure:
        raise
    except (smtplib.SMTPException, OSError, EOFError) as failure:
        slow = isinstance(failure, TimeoutError) or "timed out" in str(failure)
        words = "did not answer in time" if slow else "ended the connection"
        raise TemporaryFailure(f"{settings.host} {words}; nothing was sent") from None


def expect(answer: tuple[int, bytes], good: tuple[int, ...], purpose: str, settings: SmtpSettings) -> bytes:
    """The server's words if its code is `good`; else raises what the code means."""
    code, said = answer
    if code in good:
        return said
    words = f"{settings.host} would not {purpose}: {in_full(answer, settings)}"
    if 500 <= code <= 599:
        raise PermanentFailure(words)
    raise TemporaryFailure(words)


def in_full(answer: tuple[int, bytes], settings: SmtpSettings) -> str:
    """Code and words of an answer, fit to show."""
    code, said = answer
    secret = settings.sign_in.password if settings.sign_in else None
    return f"{code} {plain(said, secret)}" if code > 0 else f"({plain(said, secret)})"


def _encrypt(client: smtplib.SMTP, settings: SmtpSettings) -> None:
    if not client.has_extn("starttls"):
        raise PermanentFailure(f"{settings.host} does not offer STARTTLS; try smtp_tls=implicit")
    expect(client.docmd("STARTTLS"), (220,), "turn on encryption", settings)
    if client.sock is None:
        raise smtplib.SMTPServerDisconnected
    # What came before encryption is forgotten with the old reader (RFC 3207, section 4.2).
    client.sock, client.file = guard.encrypt(client.sock, settings.host, settings.ca_file), None
    expect(client.ehlo(), (250,), "greet us", settings)


def _sign_in(client: smtplib.SMTP, settings: SmtpSettings, who: SignIn) -> None:
    if not client.has_extn("auth"):
        return  # a relay that knows us by our address; one that does not will say so at MAIL
    offered = client.esmtp_features["auth"].upper().split()
    wanted = ("XOAUTH2",) if who.auth is Auth.XOAUTH2 else ("PLAIN", "LOGIN")
    mechanism = next((each for each in wanted if each in offered), None)
    if mechanism is None:
        raise PermanentFailure(f"{settings.host} does not offer to sign in with {' or '.join(wanted)} here")
    if mechanism == "XOAUTH2":
        _with_token(client, settings, who)
    elif mechanism == "PLAIN":
        words = _base64("\0".join(("", who.username, who.password or "")))
        answer = client.docmd("AUTH", f"PLAIN {words}")
        _signed_in(answer, settings, who.password)
    else:
        answer = client.docmd("AUTH", "LOGIN")
        for each in (who.username, who.password or ""):
            if answer[0] == 334:
                answer = client.docmd(_base64(each))
        _signed_in(answer, settings, who.password)


def _with_token(client: smtplib.SMTP, settings: SmtpSettings, who: SignIn) -> None:
    if who.tokens is None:
        raise CredentialsRejected("no token to sign in with; connect the account again")
    token = who.tokens()
    answer = client.docmd("AUTH", "XOAUTH2 " + base64.b64encode(xoauth2(who.username, token)).decode())
    if answer[0] == 334:
        answer = client.docmd("")  # the refusal's details came first; an empty line asks for the answer
    _signed_in(answer, settings, token)


def _signed_in(answer: tuple[int, bytes], settings: SmtpSettings, secret: str | None) -> None:
    if answer[0] not in (235, 503):
        _not_signed_in(answer, settings, secret)


def _not_signed_in(answer: tuple[int, bytes], settings: SmtpSettings, secret: str | None) -> NoReturn:
    code, said = answer
    words = f"{code} {plain(said, secret)}"
    if 400 <= code <= 499:
        raise TemporaryFailure(f"{settings.host} could not check our sign-in: {words}")
    raise CredentialsRejected(f"{settings.host} refused our sign-in: {words}")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
