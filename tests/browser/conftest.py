"""A real Chromium, pages without JavaScript, a real broker and worker, real papers."""

import shutil
from collections.abc import Iterator

import pytest
import redis
from celery.contrib.testing.worker import start_worker
from celery.signals import setup_logging
from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

from dossiers.moves import Queue
from portal.accounts import groups
from portal.celery import app
from tests.conftest import NO_CHROMIUM
from tests.portal.web.server import web, web_process  # noqa: F401 - fixtures

SYSTEM_CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
# Without sandbox, since root has none; without connections of the browser's own.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


@setup_logging.connect
def leave_the_log_alone(**kwargs) -> None:
    """A worker in this process must not set log levels, which other tests depend on."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here wants a browser, a broker and committed rows."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.real_broker)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # Playwright keeps an event loop on this thread, where Django would refuse synchronous queries.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as started:
            yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium of the system, or else Playwright's own; where there is neither, tests are skipped.

    tests/conftest.py says so at the end of the run.
    """
    try:
        started = playwright.chromium.launch(executable_path=SYSTEM_CHROMIUM, args=FLAGS)
    except Error as missing:
        pytest.skip(f"{NO_CHROMIUM} on this machine: {str(missing).splitlines()[0]}")
    yield started
    started.close()


@pytest.fixture
def portal_url(live_server, settings) -> Iterator[str]:
    """The running portal with its catalogue and a worker; gives its address."""
    settings.SITE_URL = live_server.url
    call_command("load_catalogue", verbosity=0)
    groups.ensure_groups()
    with redis.Redis.from_url(app.conf.broker_url) as client:
        client.flushdb()
    options = {"pool": "solo", "queues": Queue.values, "perform_ping_check": False}
    with start_worker(app, shutdown_timeout=30, **options):
        yield live_server.url


@pytest.fixture
def visitor(browser: Browser) -> Iterator:
    """Return a maker of people before a screen.

    Each with cookies of their own, JavaScript off unless asked.
    """
    contexts: list[BrowserContext] = []

    def arrive(*, viewport=PHONE, javascript: bool = False) -> Page:
        context = browser.new_context(
            viewport=viewport, java_script_enabled=javascript, locale="vi-VN"
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context.new_page()

    yield arrive
    for context in contexts:
        context.close()
