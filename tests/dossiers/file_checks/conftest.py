"""A daemon of ClamAV for the tests of checks."""

import socket

import pytest

from tests.dossiers.file_checks.clamd import clamd


@pytest.fixture
def scanner(settings):
    """A daemon that answers, at the address that the settings name."""
    listener = socket.create_server(("127.0.0.1", 0))
    settings.CLAMAV_URL = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    with clamd(listener) as daemon:
        yield daemon
