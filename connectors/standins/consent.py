"""The page on which a person lets an application in: who asks, one button for yes and one for no."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlencode

from connectors.standins.server import Asked, Told

Codes = dict[str, tuple[datetime, str, str]]
"""Codes that were given and not used: until when, the challenge, and where they went."""
LIFE = timedelta(minutes=10)


def page(platform: str, asked: Asked, codes: Codes, now: datetime) -> Told:
    """The page, with the code already in its button: whoever presses it agreed."""
    question = asked.query
    if question.get("response_type") != "code" or question.get("code_challenge_method") != "S256":
        return refused("The request is not one that this page knows.")
    code = secrets.token_urlsafe(24)
    codes[code] = (now + LIFE, question["code_challenge"], question["redirect_uri"])
    state = question.get("state", "")
    yes = _back(question, {"code": code, "state": state})
    words = {"error": "access_denied", "error_description": "The person said no.", "state": state}
    no = _back(question, words)
    html = (
        f'<!doctype html><html lang="en"><title>{platform}</title><main><h1>{platform}</h1>'
        f"<p>An application asks for: {escape(question.get('scope', ''))}</p>"
        f'<p><a href="{escape(yes)}">Agree</a> <a href="{escape(no)}">Do not agree</a></p></main></html>'
    )
    return Told(html.encode(), 200, {"content-type": "text/html; charset=utf-8"})


def refused(words: str) -> Told:
    """A page that says no, as these platforms show one where the application is not known."""
    return Told(f"<!doctype html><h1>{escape(words)}</h1>".encode(), 400, {"content-type": "text/html"})


def proved(form: Mapping[str, str], codes: Codes, now: datetime) -> bool:
    """Whether this code was given to whoever asks now, is in date, and was never used (RFC 7636, 4.6)."""
    until, challenge, redirect = codes.pop(form.get("code", ""), (now, "", ""))
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    is_theirs = base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge
    return until > now and is_theirs and form.get("redirect_uri") == redirect


def _back(question: Mapping[str, str], answer: Mapping[str, str]) -> str:
    return f"{question['redirect_uri']}?{urlencode(answer)}"
