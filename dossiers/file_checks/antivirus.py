"""Asking ClamAV over its socket, where CLAMAV_URL names one."""

import logging
from pathlib import Path
from urllib.parse import urlsplit

from clamav_client.clamd import ClamdError, ClamdNetworkSocket, ClamdUnixSocket
from django.conf import settings

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 20
DEFAULT_PORT = 3310


class ScannerUnavailable(Exception):
    """ClamAV gave no answer about a file: it is down, busy, or takes no file so large."""


def client() -> ClamdNetworkSocket | None:
    """Return the configured daemon, or None where there is none.

    Raises ValueError for an address that is neither tcp://host:port nor unix:///path.
    """
    if not settings.CLAMAV_URL:
        return None
    address = urlsplit(settings.CLAMAV_URL)
    if address.scheme == "unix" and address.path:
        return ClamdUnixSocket(address.path, timeout=TIMEOUT_SECONDS)
    if address.scheme == "tcp" and address.hostname:
        return ClamdNetworkSocket(
            address.hostname, address.port or DEFAULT_PORT, timeout=TIMEOUT_SECONDS
        )
    raise ValueError("CLAMAV_URL is neither tcp://host:port nor unix:///path")


def scan(source: Path) -> str:
    """Return what ClamAV calls the malware in a file; "" when it finds none or none is configured.

    Raises ScannerUnavailable: a file that was not scanned is never taken for clean.
    """
    daemon = client()
    if daemon is None:
        return ""
    try:
        with source.open("rb") as stream:
            answers = daemon.instream(stream)
    except (ClamdError, OSError) as error:  # a broken pipe: the file is larger than StreamMaxLength
        raise ScannerUnavailable(type(error).__name__) from error
    verdicts = list(answers.values())
    if len(verdicts) != 1 or verdicts[0][0] not in ("OK", "FOUND"):
        raise ScannerUnavailable("no verdict")
    status, name = verdicts[0]
    if status == "OK":
        return ""
    return name or "unnamed"
