"""Leaves a mail server alone for a while after it failed.

A mail server that accepts connections and says nothing takes EMAIL_TIMEOUT of each mail's worker.
"""

import contextlib
import logging
import smtplib
import time
from collections.abc import Iterator

log = logging.getLogger(__name__)

REST_SECONDS = 60.0
SERVICE_NOT_AVAILABLE = 421  # RFC 5321: the server closes the connection, whatever was asked
_rests_until = 0.0


class MailServerRests(ConnectionError):
    """The mail server failed a moment ago, so it was not asked."""


def seconds_of_rest() -> float:
    """Return for how many seconds this process goes on leaving the mail server alone, or 0."""
    return max(0.0, _rests_until - time.monotonic())


@contextlib.contextmanager
def attempt() -> Iterator[None]:
    """Send a mail within. Raises MailServerRests at once while the server is left alone.

    Lets every other error through, and remembers it when the server itself is at fault.
    """
    global _rests_until
    if seconds_of_rest():
        raise MailServerRests("the mail server failed a moment ago")
    try:
        yield
    except OSError as error:
        if is_fault_of_server(error):
            _rests_until = time.monotonic() + REST_SECONDS
            reason = type(error).__name__
            log.warning("mail server left alone for %.0f seconds: %s", REST_SECONDS, reason)
        raise


def is_fault_of_server(error: OSError) -> bool:
    """Tell whether the next mail would fail as well: not when one address or mail was refused.

    Every error of smtplib is an OSError.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
        return SERVICE_NOT_AVAILABLE in codes
    if isinstance(error, (smtplib.SMTPSenderRefused, smtplib.SMTPDataError)):
        return error.smtp_code == SERVICE_NOT_AVAILABLE
    return True
