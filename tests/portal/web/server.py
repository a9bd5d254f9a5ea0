"""The web server as a process of its own, with a relay between it and PostgreSQL."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.portal.web.relay import Relay, running_relay, wait_until_ended

THREADS = 4
START_SECONDS = 60
LARGE_FILE, LARGE_FILE_BYTES = "large.pdf", 30 * 1024 * 1024


@dataclass
class WebServer:
    """A running granian with one worker, its port, and the relay before its database."""

    port: int
    relay: Relay
    temporary: Path  # where it may keep what it reads
    log: Path
    media: Path

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def get(self, path: str, timeout: float = 30) -> tuple[int, str, float]:
        """Return status, page and the seconds that it took."""
        started = time.monotonic()
        try:
            with urllib.request.urlopen(  # noqa: S310 - our own address
                self.url(path), timeout=timeout
            ) as response:
                status, page = response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                status, page = error.code, error.read()
        return status, page.decode(), time.monotonic() - started

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture(scope="session")
def web_process(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[WebServer]:
    """The portal under granian, started once; it sees what a test commits."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "temporary").mkdir()
    (folder / "static").mkdir()
    (folder / "static" / LARGE_FILE).write_bytes(bytes(LARGE_FILE_BYTES))
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    with running_relay() as relay:
        database = urllib.parse.quote(connection.settings_dict["NAME"])
        user = urllib.parse.quote(connection.settings_dict["USER"] or "postgres")
        password = urllib.parse.quote(connection.settings_dict["PASSWORD"] or "")
        server = WebServer(port, relay, folder / "temporary", folder / "log", folder / "media")
        name = f"web-under-test-{port}"
        address = f"postgresql://{user}:{password}@127.0.0.1:{relay.port}/{database}"
        environment = os.environ | {
            "DATABASE_URL": f"{address}?application_name={name}",
            "DJANGO_SETTINGS_MODULE": "tests.portal.web.process_settings",
            "WEB_THREADS": str(THREADS),
            "MEDIA_ROOT": str(server.media),
            "TEST_STATIC_DIR": str(folder / "static"),
            "TMPDIR": str(folder / "temporary"),
        }
        with running(command(port), environment, server.log):
            wait_until_open(server)
            yield server
    with django_db_blocker.unblock():
        wait_until_ended(name)


def command(port: int) -> list[str]:
    """The command of production (Dockerfile, portal.dev.run), with one worker."""
    options = "--interface asginl --http 1 --no-ws --workers 1 --http1-header-read-timeout 3000"
    granian = [sys.executable, "-m", "granian", *options.split()]
    return [*granian, "--host", "127.0.0.1", "--port", str(port), "portal.asgi:application"]


@contextlib.contextmanager
def running(words: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            words, env=environment, cwd=settings.BASE_DIR, stdout=output, stderr=output
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_open(server: WebServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.get("/suc-khoe/song")
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                pytest.fail(f"the web server did not start:\n{server.log.read_text()}")
        time.sleep(0.1)


@pytest.fixture
def web(transactional_db, web_process: WebServer) -> WebServer:
    """The running portal, and an empty database that it shares with the test."""
    return web_process
