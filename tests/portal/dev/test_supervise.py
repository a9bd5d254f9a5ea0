"""Programs side by side: what dies comes back, what cannot start ends it, signals end it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.dev import supervise

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

SECONDS = 30
# Two programs; each writes its number and waits. `parent` has a child that outlives its parent.
PROGRAMS = """
import sys
from pathlib import Path
from portal.dev import supervise
from portal.dev.supervise import Program
supervise.START_SECONDS = {start_seconds}
# One write each: the two processes of `parent` share their output.
wait = "import os, time; os.write(1, b'pid %d' % os.getpid() + bytes([10])); time.sleep(60)"
fork = "import os; os.fork() or os.setpriority(os.PRIO_PROCESS, 0, 1); " + wait
folder = Path({folder!r})
sys.exit(supervise.supervise([
    Program("plain", [sys.executable, "-c", wait], priority=10),
    Program("parent", [sys.executable, "-c", {second}], priority=20),
    Program("once", [sys.executable, "-c", "print('said once')"], priority=30, runs_once=True),
], folder=folder, directory=folder))
"""


class Started:
    """A supervisor in a process of its own, and the lines that it printed."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.lines: list[str] = []

    def until(self, *starts: str) -> str:
        """Read lines until each of `starts` began one; gives the last of those lines."""
        wanted = list(starts)
        while wanted:
            line = self.process.stdout.readline()
            assert line, self.lines
            self.lines.append(line.rstrip("\n"))
            found = [start for start in wanted if line.startswith(start)]
            if found:
                wanted.remove(found[0])
        return self.lines[-1]

    def pid(self, name: str) -> int:
        """The number that a program wrote last."""
        written = [line for line in self.lines if line.startswith(f"{name}: pid ")]
        return int(written[-1].split()[-1])


@contextlib.contextmanager
def started(folder: Path, *, second: str = "fork", start_seconds: float = 0) -> Iterator[Started]:
    code = PROGRAMS.format(folder=str(folder), second=second, start_seconds=start_seconds)
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(supervise.__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Started(process)
        finally:
            process.kill()


def lives(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    return False


def wait_until(condition) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def group(pid: int) -> list[int]:
    """The processes of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(ValueError, OSError):
            number = int(entry.name)
            if os.getpgid(number) == pid and lives(number):
                found.append(number)
    return found


def test_killed_program_comes_back_and_is_told_in_one_line(tmp_path):
    with started(tmp_path) as supervisor:
        supervisor.until("plain: pid", "parent: pid")
        first = supervisor.pid("plain")
        before = len(supervisor.lines)
        os.kill(first, signal.SIGKILL)
        supervisor.until("plain: pid")
        told = [line for line in supervisor.lines[before:] if line.startswith("plain")]
        assert told == [
            "plain died (terminated by SIGKILL) and is started again.",
            f"plain: pid {supervisor.pid('plain')}",
        ]
        assert supervisor.pid("plain") != first


def test_children_of_a_killed_program_are_taken_away(tmp_path):
    with started(tmp_path) as supervisor:
        supervisor.until("parent: pid", "parent: pid", "plain: pid")
        leader = min(int(line.split()[-1]) for line in supervisor.lines if "parent: pid" in line)
        assert len(group(leader)) == 2
        os.kill(leader, signal.SIGKILL)
        supervisor.until("parent died")
        wait_until(lambda: not group(leader))


def test_program_that_runs_once_is_not_started_again_and_prints_without_its_name(tmp_path):
    with started(tmp_path) as supervisor:
        supervisor.until("said once", "plain: pid")
        os.kill(supervisor.pid("plain"), signal.SIGKILL)
        supervisor.until("plain: pid")
        assert supervisor.lines.count("said once") == 1
        assert not [line for line in supervisor.lines if "once died" in line]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_everything_without_an_error(tmp_path, number):
    with started(tmp_path) as supervisor:
        supervisor.until("plain: pid", "parent: pid", "parent: pid")
        supervisor.process.send_signal(number)
        rest = supervisor.process.stdout.read()
        assert supervisor.process.wait(SECONDS) == 0
        assert "died" not in rest
        pids = [int(line.split()[-1]) for line in supervisor.lines if ": pid" in line]
        assert not [pid for pid in pids if lives(pid)]


def test_program_that_cannot_start_is_named_and_ends_everything(tmp_path):
    with started(tmp_path, second="'raise SystemExit(3)'", start_seconds=60) as supervisor:
        supervisor.until("plain: pid", "parent does not start")
        assert supervisor.process.wait(SECONDS) == 1
        assert not lives(supervisor.pid("plain"))
        died = "parent died (exit status 3) and is started again."
        assert supervisor.lines.count(died) == supervise.START_RETRIES


def test_programs_end_when_the_supervisor_is_killed(tmp_path):
    with started(tmp_path) as supervisor:
        supervisor.until("plain: pid", "parent: pid")
        supervisor.process.kill()
        wait_until(lambda: not lives(supervisor.pid("plain")))


def test_configuration_takes_a_percent_sign_as_it_is(tmp_path):
    program = supervise.Program("plain", ["celery", "--hostname", "a@%h"], priority=1)
    text = supervise.configuration([program], folder=tmp_path, directory=tmp_path)
    assert "a@%%h" in text
