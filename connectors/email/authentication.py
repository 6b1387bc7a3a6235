"""What our own boundary said of the sender (RFC 8601), read tolerantly: Microsoft writes no authserv-id."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.contract import Verdict

COMMENT = re.compile(r"\([^()]*\)")
RESULT = re.compile(r"\s*([a-z0-9-]{1,40})\s*=\s*([a-z]{1,20})\b(.*)", re.IGNORECASE | re.DOTALL)
PROPERTY = re.compile(r"\b(header\.(?:d|i|from)|smtp\.(?:mailfrom|helo))\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Authentication:
    """One boundary's results. `vouched` are domains for which SPF or DKIM passed."""

    dmarc: Verdict = Verdict.NEUTRAL
    vouched: tuple[str, ...] = ()


def read_authentication(values: Sequence[str], authserv_id: str | None = None) -> Authentication:
    """The results that count: of `authserv_id` where it is known, else of the topmost header (settled 4)."""
    for value in values:
        plain = COMMENT.sub(" ", COMMENT.sub(" ", value[:20_000]))
        segments = plain.split(";")
        named = "" if "=" in segments[0] else segments[0].split()[0].lower() if segments[0].split() else ""
        if authserv_id is None or named == authserv_id.strip().lower():
            return _judge(segments)
    return Authentication()


def _judge(segments: Sequence[str]) -> Authentication:
    dmarc = Verdict.NEUTRAL
    vouched: list[str] = []
    for segment in segments[:100]:
        found = RESULT.match(segment)
        if found is None:
            continue
        method, result = found[1].lower(), found[2].lower()
        if method == "dmarc" and dmarc is Verdict.NEUTRAL:
            dmarc = {"pass": Verdict.PASS, "fail": Verdict.FAIL}.get(result, Verdict.NEUTRAL)
        elif method in ("spf", "dkim") and result == "pass":
            properties = {name.lower(): value for name, value in PROPERTY.findall(found[3])}
            names = ("smtp.mailfrom", "smtp.helo") if method == "spf" else ("header.d", "header.i")
            vouched += [properties[name].rpartition("@")[2].lower() for name in names if name in properties]
    return Authentication(dmarc, tuple(dict.fromkeys(vouched)))
