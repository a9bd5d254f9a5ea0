"""Everything that `make run` runs is killed; it comes back, and nobody has to do anything."""

import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from portal.dev import embedded
from portal.dev.servers import free_port
from tests.child_processes import SECONDS, Output, children, started, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

NAME = "killed"
SEND = """
import django
django.setup()
import time
from dossiers.models import OutboxJob
from tests.dossiers.factories import DossierFactory

dossier = DossierFactory(state="received")
jobs = OutboxJob.objects.filter(event__dossier=dossier)
deadline = time.monotonic() + 60
while jobs.exclude(status="done").exists():
    assert time.monotonic() < deadline, list(jobs.values())
    time.sleep(0.1)
print(dossier.tracking_code, *sorted(jobs.values_list("channel", flat=True)))
"""


class Portal:
    """A running portal and its processes."""

    def __init__(self, output: Output, port: int) -> None:
        self.output = output
        self.address = f"http://127.0.0.1:{port}"

    def servers(self) -> dict[int, str]:
        """PostgreSQL and Valkey, and the command that they serve."""
        return children(self.output.process.pid)

    def programs(self) -> dict[int, str]:
        run = "-m portal.dev.run --port"
        started = {pid: words for pid, words in self.servers().items() if run in words}
        # A server that is being started has the words of its parent for a moment.
        [supervisor] = [pid for pid, words in started.items() if "embedded" not in words]
        return children(supervisor)

    def pid(self, part: str) -> int:
        """The one process whose command line has this part."""
        wait_until(lambda: self._pids(part))
        [pid] = self._pids(part)
        return pid

    def _pids(self, part: str) -> list[int]:
        everything = {**self.servers(), **self.programs()}
        return [pid for pid, words in everything.items() if part in words]

    def answers(self) -> bool:
        try:
            page = urllib.request.urlopen(f"{self.address}/dich-vu/", timeout=20)  # noqa: S310
        except OSError:
            return False
        with page:
            return page.status == 200


@pytest.fixture
def portal(tmp_path) -> Iterator[Portal]:
    """A portal like that of `make run`, with data of its own."""
    port = free_port()
    command = [*under_embedded("--exclusive"), sys.executable, "-m", "portal.dev.run"]
    command += ["--port", str(port), "--folder", str(tmp_path)]
    remove_data()
    with started(command, **environment(tmp_path)) as output:
        output.wait_for("Ctrl-C stops it.")
        yield Portal(output, port)
    remove_data()


def under_embedded(*options: str) -> list[str]:
    return [sys.executable, "-m", "portal.dev.embedded", "--name", NAME, *options, "--"]


def environment(folder: Path) -> dict[str, str]:
    """Servers and files of its own; "" so that servers are started."""
    return {
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "MEDIA_ROOT": str(folder / "media"),
        "EMAIL_URL": f"filemail:///{folder / 'mail'}",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }


def remove_data() -> None:
    shutil.rmtree(embedded.data_home() / NAME, ignore_errors=True)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_whatever_is_killed_comes_back_without_a_person(portal, tmp_path):
    web = portal.pid("granian")
    child = next(iter(children(web)))
    kill(child)
    # Until its last thread has ended the kernel gives it connections, which are lost.
    wait_until(lambda: not Path(f"/proc/{child}").exists())
    assert [portal.answers() for _request in range(50)] == [True] * 50
    portal.output.wait_for("web: [ERROR] Unexpected exit from worker-")
    wait_until(lambda: len(children(web)) == 2)

    counter = portal.pid("--queues counter")
    wait_until(lambda: children(counter))
    kill(next(iter(children(counter))))
    portal.output.wait_for("worker-counter: ")
    wait_until(lambda: children(counter))

    parts = {
        "web": "granian",
        "worker-papers": "--queues papers",
        "worker-mail": "--queues mail",
        "beat": " beat ",
        "valkey-server": "/valkey-server ",
        "postgres": "/postgres ",
    }
    killed = {name: portal.pid(part) for name, part in parts.items()}
    for pid in killed.values():
        kill(pid)
    for name in killed:
        portal.output.wait_for(f"{name} died (")
        assert portal.pid(parts[name]) != killed[name]
    wait_until(portal.answers)

    sent = subprocess.run(
        [*under_embedded(), sys.executable, "-c", SEND],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment(tmp_path)},
        capture_output=True,
        text=True,
        timeout=2 * SECONDS,
    )
    code, *channels = sent.stdout.split()
    assert channels == ["mail", "mail", "paper", "paper"], sent.stderr
    mails = [file.read_text() for file in (tmp_path / "mail").iterdir()]
    assert sum(f"/ho-so/{code}/" in mail for mail in mails) == 2

    for name in killed:
        assert portal.output.count(f"{name} died (") == 1
    everything = {**portal.servers(), **portal.programs()}
    portal.output.process.terminate()
    assert portal.output.process.wait(SECONDS) == 0
    assert not [pid for pid in everything if Path(f"/proc/{pid}").exists()]
