"""The whole portal as `make run` starts it, with data of its own, and its processes by name."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from portal.dev.chaos.visitor import seconds_to_read
from portal.dev.processes import command_line
from portal.dev.servers import free_port

REPOSITORY = Path(__file__).resolve().parents[3]
DATA = REPOSITORY / "var" / "chaos"
MARK = "PORTAL_CHAOS"  # a variable in the environment of every process that we started
START_SECONDS = 180
STOP_SECONDS = 60


class NotFound(Exception):
    """No process of that name runs."""


class Portal:
    """Started on entering, stopped on leaving; `address` is where it answers."""

    def __init__(self, mail_url: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.mark = f"{MARK}={os.getpid()}"
        self.environment = {
            **os.environ,
            MARK: str(os.getpid()),
            "EMAIL_URL": mail_url,
            "MEDIA_ROOT": str(DATA / "media"),
            "LOG_LEVEL": "ERROR",
        }
        self.environment.pop("DATABASE_URL", None)
        self.environment.pop("REDIS_URL", None)

    def __enter__(self) -> "Portal":
        DATA.mkdir(parents=True, exist_ok=True)
        self.log = (DATA / "run.log").open("wb")
        command = [sys.executable, "-m", "portal.dev.embedded", "--name", "chaos", "--exclusive"]
        command += ["--", sys.executable, "-m", "portal.dev.run", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=REPOSITORY, env=self.environment, stdout=self.log, stderr=self.log
        )
        self.wait_until_it_answers()
        return self

    def __exit__(self, *error: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        self.log.close()

    def wait_until_it_answers(self) -> None:
        """Raises TimeoutError when the portal does not become ready; its log says why."""
        deadline = time.monotonic() + START_SECONDS
        while seconds_to_read(self.address, "/suc-khoe/san-sang")[0] != 200:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise TimeoutError(f"the portal is not ready; {DATA / 'run.log'} says why")
            time.sleep(0.2)

    def servers(self) -> dict[str, str]:
        """Return DATABASE_URL and REDIS_URL, as the web process was given them."""
        words = variables(self.pids("granian")[0])
        return {name: words[name] for name in ("DATABASE_URL", "REDIS_URL")}

    def pids(self, *words: str) -> list[int]:
        """Return our processes whose command line has all `words`, the oldest first.

        Raises NotFound when there is none.
        """
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self.mark.encode() not in (folder / "environ").read_bytes().split(b"\0"):
                    continue
                if all(word in command_line(int(folder.name)) for word in words):
                    found.append(int(folder.name))
        if not found:
            raise NotFound(" ".join(words))
        return sorted(found, key=started_at)

    def children(self, *words: str) -> list[int]:
        """Return the processes that those with `words` started, the oldest first."""
        parents = self.pids(*words)
        found = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
        return sorted((pid for pid in found if parent(pid) in parents), key=started_at)


def kill(pids: list[int], number: int = signal.SIGKILL) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may hold spaces."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def parent(pid: int) -> int:
    """0 when the process has ended meanwhile."""
    try:
        return int(stat(pid)[1])
    except OSError:
        return 0


def started_at(pid: int) -> int:
    return int(stat(pid)[19])


def variables(pid: int) -> dict[str, str]:
    text = Path(f"/proc/{pid}/environ").read_bytes().decode()
    return dict(line.split("=", 1) for line in text.split("\0") if "=" in line)
