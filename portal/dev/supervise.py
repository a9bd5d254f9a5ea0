"""Runs the programs of `make run` side by side, and starts again what died.

The supervisor is supervisord, in this process: a subscriber to its events says in one line what
died, where supervisord itself would log several.
"""

import contextlib
import os
import shlex
import signal
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from supervisor import events
from supervisor.medusa.asyncore_25 import ExitNow
from supervisor.options import ServerOptions, decode_wait_status
from supervisor.states import SupervisorStates
from supervisor.supervisord import Supervisor

from portal.dev.processes import end_with_parent

# A program that lived for so many seconds has started; one that never does is given up.
START_SECONDS = 10
START_RETRIES = 3
# Nothing is lost when a worker is killed in the midst of a job: its lease runs out.
STOP_SECONDS = 20
SUPERVISOR = """\
[supervisord]
nodaemon = true
silent = true
logfile = {log}
logfile_maxbytes = 1MB
logfile_backups = 0
pidfile = {pid}
minfds = 200
minprocs = 50
{user}
"""
PROGRAM = """\
[program:{name}]
command = {command}
directory = {directory}
priority = {priority}
autorestart = {restart}
startsecs = {start_seconds}
startretries = {start_retries}
stopwaitsecs = {stop_seconds}
killasgroup = true
redirect_stderr = true
stdout_logfile = NONE
stdout_events_enabled = true
"""


@dataclass(frozen=True)
class Program:
    """A program to run. The one with the highest `priority` is stopped first."""

    name: str
    command: list[str]
    priority: int
    runs_once: bool = False


class Options(ServerOptions):
    """Options of supervisord that remember how the last child ended, and tie children to us."""

    last_status = 0

    def waitpid(self):
        pid, status = super().waitpid()
        if pid:
            self.last_status = status
        return pid, status

    def setpgrp(self):
        """Called in each new child: it ends when we do, even when we are killed."""
        tie = end_with_parent(signal.SIGTERM)
        if tie is not None:
            tie()
        super().setpgrp()


class ReportingSupervisor(Supervisor):
    """A supervisord that says in one line what died, and ends when a program cannot start."""

    has_failed = False

    def __init__(self, options):
        super().__init__(options)
        self.unfinished_lines = defaultdict(bytes)

    def runforever(self):
        # supervisord would start everything anew: closing the terminal ends it.
        signal.signal(signal.SIGHUP, lambda number, frame: os.kill(os.getpid(), signal.SIGTERM))
        for event, callback in (
            (events.ProcessLogEvent, self.pass_on),
            (events.ProcessStateExitedEvent, self.report_death),
            (events.ProcessStateBackoffEvent, self.report_death),
            (events.ProcessStateFatalEvent, self.give_up),
            (events.ProcessStateStoppedEvent, self.kill_children),
        ):
            events.subscribe(event, callback)
        super().runforever()

    def pass_on(self, event):
        """Print the lines of a program, and its name before each unless it runs once."""
        config = event.process.config
        name = f"{config.name}: ".encode() if config.autorestart else b""
        *lines, rest = (self.unfinished_lines[config.name] + event.data).split(b"\n")
        self.unfinished_lines[config.name] = rest
        for line in filter(None, lines) if name else lines:
            say(name + line)

    def report_death(self, event):
        process = event.process
        self.kill_children(event)
        if not process.config.autorestart:
            return
        is_last = process.backoff > process.config.startretries
        if not is_last:
            _status, how = decode_wait_status(self.options.last_status)
            say(f"{process.config.name} died ({how}) and is started again.".encode())

    def kill_children(self, event):
        """Kill what a program that ended has left, which may hold its port."""
        if event.process.pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(event.process.pid, signal.SIGKILL)

    def give_up(self, event):
        self.has_failed = True
        name = event.process.config.name
        say(
            f"{name} does not start; the lines above may say why. Everything is stopped;"
            " nothing is lost. Start again: make run".encode()
        )
        self.options.mood = SupervisorStates.SHUTDOWN


def say(line: bytes) -> None:
    """Print a line. A terminal that is gone must not keep us from stopping the programs."""
    with contextlib.suppress(OSError):
        os.write(1, line + b"\n")


def supervise(programs: Iterable[Program], *, folder: Path, directory: Path) -> int:
    """Run the programs in `directory` until a signal to end. Gives the exit code.

    0 when it was asked to end, 1 when a program could not be started. The configuration and the
    log of supervisord are written to `folder`.
    """
    config = folder / "supervisord.conf"
    config.write_text(configuration(programs, folder=folder, directory=directory))
    options = Options()
    options.realize(["--configuration", str(config)])
    options.first = True
    options.test = False

    supervisor = ReportingSupervisor(options)
    with contextlib.suppress(ExitNow):
        supervisor.main()
    return 1 if supervisor.has_failed else 0


def configuration(programs: Iterable[Program], *, folder: Path, directory: Path) -> str:
    """Return the configuration of supervisord. Programs of one priority are stopped together."""
    user = "user = root" if os.geteuid() == 0 else ""
    log, pid = folder / "supervisord.log", folder / "supervisord.pid"
    sections = [SUPERVISOR.format(log=escaped(log), pid=escaped(pid), user=user)]
    groups: dict[int, list[str]] = {}
    for program in programs:
        groups.setdefault(program.priority, []).append(program.name)
        sections.append(
            PROGRAM.format(
                name=program.name,
                command=escaped(shlex.join(program.command)),
                directory=escaped(directory),
                priority=program.priority,
                restart="false" if program.runs_once else "true",
                start_seconds=0 if program.runs_once else START_SECONDS,
                start_retries=START_RETRIES,
                stop_seconds=STOP_SECONDS,
            )
        )
    for priority, names in groups.items():
        head = f"[group:priority-{priority}]"
        sections.append(f"{head}\nprograms = {','.join(names)}\npriority = {priority}\n")
    return "\n".join(sections)


def escaped(text: object) -> str:
    """Return what supervisord reads as `text`: it fills in expressions that begin with a %."""
    return str(text).replace("%", "%%")
