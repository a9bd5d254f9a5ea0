"""The mock's own calls, made by a worker: a server that called itself while it answers could hang.

Each goes over HTTP to the address that a real gateway would call.
"""

import json
import logging
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from celery import Task, shared_task
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from kombu.exceptions import OperationalError

from payments.gateways.base import Outcome
from payments.gateways.vnpay import REPLIES

log = logging.getLogger(__name__)

# Seconds, but for the number of repeats. The real gateway calls again after five minutes, ten
# times; a tester would not wait for that.
MAX_REPEATS, PAUSE = 3, 10
TIMEOUT = 15
MAX_ANSWER = 1000  # bytes
DONE = (REPLIES[Outcome.RECORDED][0], REPLIES[Outcome.ALREADY_RECORDED][0])


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def ipn_address() -> str:
    """Return this site's own IPN address. Raises ValueError when SITE_URL is no web address."""
    with translation.override(settings.LANGUAGE_CODE):
        address = f"{settings.SITE_URL}{reverse('payments:ipn')}"
    if urlsplit(address).scheme not in ("http", "https"):
        raise ValueError("SITE_URL must begin with http:// or https://")
    return address


@shared_task(bind=True, max_retries=MAX_REPEATS)
def send_mock_ipn(self: Task, query: str) -> str:
    """Call our own IPN address with `query` until it is done; return the last answered RspCode."""
    try:
        code = call(f"{ipn_address()}?{query}")
    except (OSError, ValueError) as error:
        log.warning("the mock gateway's IPN did not arrive: %s", type(error).__name__)
        code = ""
    if code not in DONE and self.request.retries < MAX_REPEATS:
        raise self.retry(countdown=PAUSE)
    return code


def call(address: str) -> str:
    """Return the RspCode that `address` answers. Raises OSError or ValueError.

    Follows no redirect and uses no proxy.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)
    with opener.open(address, timeout=TIMEOUT) as response:
        return str(json.loads(response.read(MAX_ANSWER))["RspCode"])


def enqueue_mock_ipn(query: str, delay: int) -> bool:
    """Leave one IPN to the worker in `delay` seconds; False when the broker cannot be reached."""
    try:
        send_mock_ipn.apply_async([query], countdown=delay or None, retry=False)
    except (OperationalError, OSError) as error:
        log.warning(
            "broker unreachable, the mock gateway's IPN is not sent: %s", type(error).__name__
        )
        return False
    return True
