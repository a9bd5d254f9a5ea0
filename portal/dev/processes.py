"""Running a server as a child process: starting, watching, stopping it."""

import contextlib
import ctypes
import os
import platform
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 20
ON_LINUX = platform.system() == "Linux"
PR_SET_PDEATHSIG = 1  # from linux/prctl.h
TEST = "test"


class CannotRun(Exception):
    """Its text tells the person at the keyboard what is wrong and what to do."""


@dataclass(frozen=True)
class Place:
    """Where the servers' data are.

    With a `user`, the servers run as that user and from copies under `programs`.
    """

    folder: Path
    user: pwd.struct_passwd | None = None
    programs: Path | None = None

    @property
    def is_test(self) -> bool:
        """The data of tests need not survive a crash of the machine, which makes them faster."""
        return self.folder.name == TEST

    def as_user(self) -> dict:
        """Arguments for subprocess that run a program as the owner of the data."""
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def give(self, path: Path) -> Path:
        """Hand a file or folder to the owner of the data."""
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path

    def owned(self, name: str) -> Path:
        """A private folder of the owner of the data, made if it is not there."""
        path = self.folder / name
        path.mkdir(mode=0o700, exist_ok=True)
        return self.give(path)


class Server:
    """A server that runs in a session of its own, where Ctrl-C does not reach it.

    `is_ready` tells whether it answers; `polite` is the signal that asks it to stop.
    """

    def __init__(
        self, place: Place, command: list[str], polite: int, is_ready: Callable[[], bool]
    ) -> None:
        self.place = place
        self.command = command
        self.polite = polite
        self.is_ready = is_ready
        self.name = Path(command[0]).name
        self.log = place.folder / f"{self.name}.log"
        with private_file(self.log):
            pass  # a new log for each run; a server that is started again writes on
        self.process = self._start()

    def _start(self) -> subprocess.Popen:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.place.folder,
                start_new_session=True,
                preexec_fn=end_with_parent(self.polite),
                **self.place.as_user(),
            )

    def wait_until_ready(self, *, retry: bool = False) -> None:
        """Wait until the server answers. Raises CannotRun when it ends or takes too long.

        With `retry` a server that ends is started again until the time is over: what is left of a
        killed PostgreSQL holds its data folder for a moment.
        """
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            has_ended = self.process.poll() is not None
            if time.monotonic() > deadline or (has_ended and not retry):
                raise CannotRun(f"{self.name} did not start; {self.log} says why.")
            if has_ended:
                time.sleep(0.5)
                self.process = self._start()
            time.sleep(0.02)

    def revive(self) -> None:
        """Start the server again if it has ended, at the same address, and say so in one line.

        Raises CannotRun when that is impossible.
        """
        code = self.process.poll()
        if code is None:
            return
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        self.process = self._start()
        self.wait_until_ready(retry=True)
        print(f"{self.name} died ({how}) and was started again.", file=sys.stderr, flush=True)

    def stop(self) -> None:
        # A second Ctrl-C must not interrupt the stopping: a server would be left running.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stop(self.process.send_signal, lambda: self.process.poll() is None, self.polite)


@contextlib.contextmanager
def running(
    place: Place, command: list[str], polite: int, is_ready: Callable[[], bool]
) -> Iterator[Server]:
    """Start a server, wait until it answers, and stop it in the end."""
    server = Server(place, command, polite, is_ready)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


def end_with_parent(number: int) -> Callable[[], None] | None:
    """A preexec_fn: the child gets this signal when we die, even by SIGKILL. Linux only."""
    if not ON_LINUX:
        return None
    library = ctypes.CDLL(None)  # loaded here: after a fork the child must do little
    return lambda: library.prctl(PR_SET_PDEATHSIG, int(number))


def stop(send: Callable[[int], None], is_alive: Callable[[], bool], polite: int) -> None:
    """Send a process the signal `polite`, wait up to STOP_SECONDS, then kill it."""
    for number in (polite, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            send(number)
        deadline = time.monotonic() + STOP_SECONDS
        while is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        if not is_alive():
            return


def command_line(pid: int) -> str:
    """What process `pid` was started as; empty when there is none."""
    with contextlib.suppress(OSError):
        if ON_LINUX:  # where ps may be missing
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            return words.replace(b"\0", b" ").decode(errors="replace")

        command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True).stdout
    return ""


def private_file(path: Path) -> contextlib.AbstractContextManager:
    """A new empty file to write bytes to, which only its owner may read."""
    path.unlink(missing_ok=True)
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))
