"""Fetches what people attach, at once, from Facebook's own hosts only: the links run out."""

from urllib.parse import urlsplit

import httpx

from connectors import http
from connectors.contract import Attachment, ConnectorFailure, PermanentFailure, RemoteFile, TemporaryFailure
from connectors.facebook.settings import FacebookSettings
from connectors.guard import is_named

HOSTS = (".fbcdn.net", ".fbsbx.com")
MOST_BYTES = 25 << 20
_GONE = frozenset({400, 401, 403, 404, 410})


def download(given: FacebookSettings, file: RemoteFile) -> Attachment:
    """The file. Raises PermanentFailure (a foreign host, too large, expired) or TemporaryFailure."""
    _check_host(given, file.url)
    try:
        with (
            http.client(given.allow_private, timeout=30) as client,
            client.stream("GET", file.url) as response,
        ):
            if response.status_code != 200:
                raise _refused(response)
            content = http.body_of(response, largest=MOST_BYTES, what="the file")
            told = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    except httpx.HTTPError as failure:
        raise TemporaryFailure(
            f"Facebook's file server cannot be reached: {type(failure).__name__}"
        ) from None
    return Attachment(file.filename, told or file.content_type, len(content), content)


def _check_host(given: FacebookSettings, url: str) -> None:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    is_theirs = parts.scheme == "https" and any(host.endswith(one) for one in HOSTS)
    is_stand_in = host == given.host and is_named(host, given.allow_private)
    if not (is_theirs or is_stand_in):
        raise PermanentFailure("the file does not lie on one of Facebook's file servers")


def _refused(response: httpx.Response) -> ConnectorFailure:
    if response.is_redirect:
        return PermanentFailure("Facebook's file server sent us elsewhere, where we do not follow")
    if response.status_code in _GONE:
        return PermanentFailure("the link to the file has run out")
    return TemporaryFailure(f"Facebook's file server answered {response.status_code}")
