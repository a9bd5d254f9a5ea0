"""Real workers and a real portal in processes of their own, for tests of what kills them."""

import contextlib
import os
import signal
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from portal.celery import app as celery_app
from portal.dev import run
from portal.dev.chaos.running import stat
from portal.dev.processes import command_line, end_with_parent

SECONDS = 90  # of patience, on a machine that does other things as well


def wait_until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Return when the condition is true; fail when that takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


class Output:
    """What a process prints, read by a thread so that it is never kept waiting."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.lines: list[str] = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def count(self, part: str) -> int:
        return sum(part in line for line in self.lines)

    def wait_for(self, part: str, times: int = 1) -> None:
        try:
            wait_until(lambda: self.count(part) >= times)
        except AssertionError:
            raise AssertionError(f"no “{part}” in:\n" + "\n".join(self.lines)) from None


@contextlib.contextmanager
def started(command: list[str], **environment: str) -> Iterator[Output]:
    """Run a command in a process group of its own; ask it to end at the end, or when we die."""
    with subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGTERM),
    ) as process:
        output = Output(process)
        try:
            yield output
        finally:
            process.terminate()
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            output.thread.join(SECONDS)


@contextlib.contextmanager
def worker(name: str, **environment: str) -> Iterator[Output]:
    """Run a worker of `make run` on the database, broker and files of this test."""
    given = {
        "DATABASE_URL": database_url(),
        "REDIS_URL": celery_app.conf.broker_url,
        "MEDIA_ROOT": settings.MEDIA_ROOT,
        **run.ENVIRONMENT,
        **environment,
    }
    command = run.program(f"{run.WORKER} {run.WORKERS[name]} --hostname {name}@%h")
    command[command.index("WARNING")] = "INFO"  # so that it says when it is ready
    with started(command, **given) as output:
        output.wait_for("ready.")
        try:
            yield output
        except AssertionError:
            print(*output.lines, sep="\n")  # why it did not do what was waited for
            raise


def database_url() -> str:
    """The address of the database that this test uses."""
    address = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
    return address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def children(pid: int) -> dict[int, str]:
    """The child processes of a process, with their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            number = int(folder.name)
            state, parent, *_others = stat(number)
            if parent == str(pid) and state != "Z":
                found[number] = command_line(number)
    return found
