"""Fetches the pictures that reports point to, from the hosts that the channel names and from no other."""

from urllib.parse import urlsplit

import httpx

from connectors import http
from connectors.contract import Attachment, PermanentFailure, RemoteFile, TemporaryFailure

MOST_BYTES = 25 << 20


def download(file: RemoteFile, hosts: frozenset[str], allow_private: frozenset[str]) -> Attachment:
    """Raises PermanentFailure (a host not named, too large, gone, sent elsewhere) or TemporaryFailure."""
    host = _host_of(file.url)
    if host not in hosts:
        raise PermanentFailure(f"pictures are not fetched from {host[:100] or 'nowhere'}")
    try:
        with http.client(allow_private) as client, client.stream("GET", file.url) as answer:
            if answer.is_redirect:
                raise PermanentFailure("the picture’s server sent us elsewhere, where we do not follow")
            if 400 <= answer.status_code < 500 and answer.status_code not in (408, 425, 429):
                raise PermanentFailure("the picture is gone")
            if answer.status_code != 200:
                raise TemporaryFailure(f"the picture’s server answered {answer.status_code}")
            content = http.body_of(answer, largest=MOST_BYTES, what="the picture")
            told = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    except (httpx.HTTPError, httpx.InvalidURL) as failure:
        reason = f"the picture’s server cannot be reached: {type(failure).__name__}"
        raise TemporaryFailure(reason) from None
    return Attachment(file.filename, told or file.content_type, len(content), content)


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
