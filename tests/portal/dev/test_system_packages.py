"""What is said when the system lacks something."""

import ast
import inspect
import socket

import pytest

from portal.dev import system_packages


@pytest.fixture
def listener():
    """A port that is taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_system_packages_has_the_syntax_of_an_old_python():
    ast.parse(inspect.getsource(system_packages), feature_version=(3, 6))


def test_old_python_is_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(system_packages.sys, "version_info", (3, 9, 1))
    assert system_packages.main([]) == 1
    assert capsys.readouterr().err.startswith("Python 3.11 or newer is needed and ")


def test_taken_port_is_a_sentence_with_another_port(listener, capsys):
    assert system_packages.main(["--port", str(listener)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"Port {listener} is already in use; choose another: make run PORT=")
    assert system_packages.port_problem(int(said.split("PORT=")[1])) is None


@pytest.mark.parametrize("port", [65536, -1])
def test_port_out_of_range_is_a_sentence(port):
    assert system_packages.check_port(port).startswith(
        f"Port {port} is not a port number; choose another: make run PORT=80"
    )


def test_missing_packages_are_none_here():
    assert system_packages.check_port(0) is None
    assert system_packages.missing_packages() == {}


def test_port_that_is_no_number_is_a_sentence():
    assert (
        system_packages.check_port("abc")
        == "PORT has to be a number, and abc is none: PORT=8000 make run"
    )


def test_missing_packages_are_named_in_one_message_without_root(monkeypatch, capsys):
    monkeypatch.setattr(system_packages, "loads", lambda library: False)
    monkeypatch.setattr(system_packages, "can_install", lambda: False)
    monkeypatch.setattr(system_packages.sys, "platform", "linux")
    monkeypatch.setattr(system_packages, "has_venv", lambda: False)
    monkeypatch.setattr(system_packages.os.path, "exists", lambda path: False)
    assert system_packages.main(["--before-install"]) == 1
    said = capsys.readouterr().err
    command = "sudo apt-get install libfontconfig1 libharfbuzz-subset0"
    assert f"{command} libpango-1.0-0 libpangoft2-1.0-0 python3-venv" in said


def test_missing_packages_are_installed_as_root(monkeypatch):
    installed = []
    monkeypatch.setattr(system_packages, "loads", lambda library: bool(installed))
    monkeypatch.setattr(system_packages, "can_install", lambda: True)
    monkeypatch.setattr(
        system_packages, "install", lambda packages: installed.extend(packages) or True
    )
    assert system_packages.main(["--papers"]) == 0
    assert "libpango-1.0-0" in installed


def test_missing_browser_is_a_loud_warning(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(system_packages, "chromium", lambda: None)
    monkeypatch.setattr(system_packages, "can_install", lambda: False)
    monkeypatch.chdir(tmp_path)  # where there is no Playwright to ask
    assert system_packages.main(["--chromium"]) == 0
    assert "browser tests will be SKIPPED" in capsys.readouterr().err
