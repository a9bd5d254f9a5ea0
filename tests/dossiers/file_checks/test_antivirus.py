"""ClamAV: asked over its socket, and never taken for "clean" when it did not say so."""

import socket

import pytest

from dossiers.file_checks import antivirus
from dossiers.file_checks.antivirus import ScannerUnavailable
from tests.dossiers.file_checks.clamd import MALWARE, clamd


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100_000)
    return path


def test_scan_without_a_daemon_finds_nothing(file, settings):
    settings.CLAMAV_URL = ""
    assert antivirus.scan(file) == ""


def test_scan_sends_the_whole_file(scanner, file):
    assert antivirus.scan(file) == ""
    assert scanner.scanned == [file.read_bytes()]


def test_scan_names_the_malware(scanner, file):
    file.write_bytes(b"x" * 5000 + MALWARE)
    assert antivirus.scan(file) == "Test.Virus"


def test_scan_speaks_over_a_socket_file(file, settings, tmp_path_factory):
    path = tmp_path_factory.mktemp("s") / "clamd"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    settings.CLAMAV_URL = f"unix://{path}"
    file.write_bytes(MALWARE)
    with clamd(listener):
        assert antivirus.scan(file) == "Test.Virus"


@pytest.mark.parametrize(
    "answer", ["stream: Can't allocate memory ERROR", "nonsense", "\n", "stream: OKAY"]
)
def test_scan_without_a_verdict_is_no_verdict(scanner, file, answer):
    scanner.answer = answer
    with pytest.raises(ScannerUnavailable):
        antivirus.scan(file)


def test_scan_of_a_file_larger_than_the_daemon_takes_is_no_verdict(scanner, file):
    scanner.limit = 5000
    with pytest.raises(ScannerUnavailable):
        antivirus.scan(file)


def test_scan_by_a_daemon_that_is_down_is_no_verdict(file, settings):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{reserved.getsockname()[1]}"
        with pytest.raises(ScannerUnavailable):
            antivirus.scan(file)


def test_scan_by_a_daemon_that_says_nothing_ends(file, settings, monkeypatch):
    monkeypatch.setattr(antivirus, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ScannerUnavailable):
            antivirus.scan(file)


@pytest.mark.parametrize("address", ["127.0.0.1:3310", "http://clamav:3310", "unix:", "tcp://"])
def test_address_that_cannot_work_is_told(settings, address):
    settings.CLAMAV_URL = address
    with pytest.raises(ValueError, match="CLAMAV_URL"):
        antivirus.client()
