"""What an authenticator app does."""

import time

from allauth.mfa.totp.internal import auth

PERIOD = 30


def code_of(secret: str) -> str:
    """Return the code of this moment."""
    return auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // PERIOD))
