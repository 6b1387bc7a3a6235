"""Fetches pictures and films from X's own file servers only, while their links last."""

from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from connectors import http
from connectors.contract import Attachment, ConnectorFailure, PermanentFailure, RemoteFile, TemporaryFailure

HOSTS = ("pbs.twimg.com", "video.twimg.com", "ton.x.com", "ton.twitter.com")
PRIVATE_HOSTS = ("ton.x.com", "ton.twitter.com")
"""Where files of direct messages lie: for the account's own sign-in only."""
MOST_BYTES = 25 << 20
_GONE = frozenset({400, 401, 403, 404, 410})


def download(file: RemoteFile, client: httpx.Client, base_url: str, token: Callable[[], str]) -> Attachment:
    """The file. Raises PermanentFailure (a foreign host, too large, gone) or TemporaryFailure.

    `token` is asked only where the file is private; it goes to no other host.
    """
    parts, base = urlsplit(file.url), urlsplit(base_url)
    is_api = (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
    host = parts.hostname or ""
    if not is_api and not (parts.scheme == "https" and parts.port is None and host in HOSTS):
        raise PermanentFailure("the file does not lie on one of X's own servers")
    is_private = is_api or host in PRIVATE_HOSTS
    headers = {"authorization": f"Bearer {token()}"} if is_private else {}
    try:
        with client.stream("GET", file.url, headers=headers) as response:
            if response.status_code != 200:
                raise _refused(response)
            content = http.body_of(response, largest=MOST_BYTES, what="the file")
    except httpx.HTTPError as failure:
        raise TemporaryFailure(f"X's file server cannot be reached: {type(failure).__name__}") from None
    told = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Attachment(file.filename, told or file.content_type, len(content), content)


def _refused(response: httpx.Response) -> ConnectorFailure:
    if response.is_redirect:
        return PermanentFailure("X's file server sent us elsewhere, where we do not follow")
    if response.status_code in _GONE:
        return PermanentFailure("the link to the file has run out")
    return TemporaryFailure(f"X's file server answered {response.status_code}")
