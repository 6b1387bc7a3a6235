"""The second factor: six digits from an authenticator app (TOTP, RFC 6238), each accepted once."""

from datetime import datetime
from urllib.parse import quote

import pyotp

from inbox.secrets import SecretKeys

STEP_SECONDS = 30
_SLACK = 1


def new_secret() -> str:
    """A secret for an authenticator app: 160 random bits in base32."""
    return pyotp.random_base32()


def address(secret: str, email: str, issuer: str = "Casework Inbox") -> str:
    """The `otpauth:` address that a QR code carries."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=quote(issuer, safe=" "))


def step_of(
    keys: SecretKeys, sealed: str, staff_id: str, code: str, last_step: int, now: datetime
) -> int | None:
    """The 30-second step this code is right for (one step of clock error each way), or None.

    A step that was used, or lies before one that was, is never right again.
    """
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    totp = pyotp.TOTP(keys.open(sealed, staff_id))
    current = int(now.timestamp()) // STEP_SECONDS
    for step in range(current - _SLACK, current + _SLACK + 1):
        if step > last_step and pyotp.utils.strings_equal(totp.at(step * STEP_SECONDS), digits):
            return step
    return None
