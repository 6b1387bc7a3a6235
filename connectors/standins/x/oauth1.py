"""OAuth 1.0a (RFC 5849): requests that older clients sign with the app's and the account's two secrets."""

import base64
import hashlib
import hmac
import re
from urllib.parse import parse_qsl, quote, unquote

from connectors.standins.server import Asked

CONSUMER_KEY, ACCESS_TOKEN, ACCESS_SECRET = "consumer-key", "1500000000000000001-office", "access-secret"
HOSTS = ("https://api.x.com", "https://api.twitter.com")


def is_signed(asked: Asked, url: str, consumer_secret: str) -> bool:
    """Whether the office's account signed this: for X's own hosts, from where clients are led here, or for
    the stand-in's own address."""
    given = dict(re.findall(r'(oauth_\w+)="([^"]*)"', asked.headers.get("authorization", "")))
    given = {name: unquote(value) for name, value in given.items()}
    if (given.get("oauth_consumer_key"), given.get("oauth_token")) != (CONSUMER_KEY, ACCESS_TOKEN):
        return False
    signature = given.pop("oauth_signature", "")
    pairs = [*given.items(), *asked.query.items()]
    if asked.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        pairs += parse_qsl(asked.body.decode(), True)
    key = f"{_plain(consumer_secret)}&{_plain(ACCESS_SECRET)}".encode()
    bases = (_base(asked.method, host + asked.path, pairs) for host in (*HOSTS, url))
    proofs = (base64.b64encode(hmac.digest(key, one.encode(), hashlib.sha1)).decode() for one in bases)
    return any(hmac.compare_digest(one, signature) for one in proofs)


def _base(method: str, address: str, pairs: list[tuple[str, str]]) -> str:
    """What is signed (RFC 5849, 3.4.1)."""
    sorted_pairs = sorted((_plain(name), _plain(value)) for name, value in pairs)
    joined = "&".join(f"{name}={value}" for name, value in sorted_pairs)
    return "&".join((method, _plain(address), _plain(joined)))


def _plain(words: str) -> str:
    return quote(words, safe="-._~")
