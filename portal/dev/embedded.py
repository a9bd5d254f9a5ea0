"""Run a command with a real PostgreSQL and a real Valkey, with nothing installed on the system.

    python -m portal.dev.embedded [--name NAME] [--exclusive] -- COMMAND ...

COMMAND finds the servers in DATABASE_URL and REDIS_URL; what is already set there is left alone
and not started. Data stay in var/embedded/NAME. Where another run with this NAME is active, COMMAND
uses its servers; with --exclusive, and for the data of tests, it is refused.

PostgreSQL refuses to run as root, so root's servers run as an unprivileged user, with their data
under /var/lib, where no existing folder has to be opened to others (ADR 1 in docs/adr).
Neither this module nor what it imports may import Django.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from portal.dev.processes import (
    START_SECONDS,
    TEST,
    CannotRun,
    Place,
    Server,
    end_with_parent,
    private_file,
)
from portal.dev.servers import postgres, stop_leftovers, valkey

REPOSITORY = Path(__file__).resolve().parents[2]
LOCAL_DATA = REPOSITORY / "var" / "embedded"
ROOT_DATA = Path("/var/lib") / f"ba-to-portal-{hashlib.sha256(bytes(REPOSITORY)).hexdigest()[:8]}"
UNPRIVILEGED_USER = "nobody"
WATCH_SECONDS = 0.5
SERVERS = {"DATABASE_URL": postgres, "REDIS_URL": valkey}


def run_with_servers(name: str, command: list[str], *, exclusive: bool) -> int:
    """Start what the environment lacks, run COMMAND, stop what was started. Gives the exit code."""
    environment = dict(os.environ)
    missing = [variable for variable in SERVERS if not environment.get(variable)]

    servers: list[Server] = []
    with contextlib.ExitStack() as stack:
        if missing:
            found = addresses(name, missing, servers, exclusive=exclusive)
            environment |= stack.enter_context(found)
        return run(command, environment, servers)


@contextlib.contextmanager
def addresses(
    name: str, variables: list[str], servers: list[Server], *, exclusive: bool
) -> Iterator[dict[str, str]]:
    """Give the addresses of servers: of new ones, or of those that a run with this NAME has now.

    New ones are added to `servers`.
    """
    lock = data_home() / f"{name}.lock"
    note = lock.with_suffix(".addresses")

    with lock.open("w") as handle:
        if not try_lock(handle):
            if exclusive or name == TEST:
                raise already_running(lock)
            yield addresses_of_other_run(lock, note, variables)
            return

        note.unlink(missing_ok=True)  # of a run that was killed
        with contextlib.ExitStack() as stack:
            place = data_place(name)
            started = {}
            for variable in variables:
                address, server = stack.enter_context(SERVERS[variable](place))
                started[variable] = address
                servers.append(server)

            stack.callback(note.unlink, missing_ok=True)
            write_note(note, started)
            yield started


def data_home() -> Path:
    """The folder of all NAMEs, made if it is not there."""
    LOCAL_DATA.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return LOCAL_DATA

    make_open_folder(ROOT_DATA)
    make_open_folder(ROOT_DATA / "programs")
    (ROOT_DATA / "repository").write_text(f"{REPOSITORY}\n")  # tells whose data these are
    return ROOT_DATA


def data_place(name: str) -> Place:
    """The place of the data called NAME, free of servers that a killed run left. Needs the lock."""
    folder = data_home() / name
    stop_leftovers(folder)
    if os.geteuid() == 0:
        forget_earlier_checkout(folder, LOCAL_DATA / f"{name}.mark")
        return Place(folder, unprivileged_user(), ROOT_DATA / "programs")

    folder.mkdir(mode=0o700, exist_ok=True)
    return Place(folder)


def make_open_folder(folder: Path) -> None:
    """A folder that all may enter, whatever the umask."""
    with contextlib.suppress(FileExistsError):  # another start was quicker
        folder.mkdir()
        folder.chmod(0o755)


def try_lock(handle) -> bool:
    """Take a lock that the kernel releases when this process ends; False if it is taken."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def already_running(lock: Path) -> CannotRun:
    return CannotRun(
        f"The embedded servers “{lock.stem}” are already running; stop that run first."
    )


def write_note(note: Path, started: dict[str, str]) -> None:
    """Write down the addresses for later runs: private, since one holds a password."""
    part = note.with_suffix(".new")
    with private_file(part) as output:
        output.write(json.dumps(started).encode())
    part.replace(note)


def addresses_of_other_run(lock: Path, note: Path, variables: list[str]) -> dict[str, str]:
    """Wait until the run that holds the lock has started its servers, and give their addresses.

    The note is read only while that lock is held: a note of a killed run says nothing.
    """
    deadline = time.monotonic() + START_SECONDS
    while not note.exists():
        with lock.open("r") as handle:
            if try_lock(handle) or time.monotonic() > deadline:
                raise already_running(lock)
        time.sleep(0.1)

    started = json.loads(note.read_text())
    if not started.keys() >= set(variables):  # that run was given one of them from outside
        raise already_running(lock)
    return {variable: started[variable] for variable in variables}


def forget_earlier_checkout(folder: Path, mark: Path) -> None:
    """Make root's data folder, empty if var/ was removed: as if the data were in var/."""
    copy = folder / "mark"
    if not mark.exists():
        mark.write_text(secrets.token_hex(8))

    if folder.exists():
        is_ours = copy.exists() and copy.read_text() == mark.read_text()
        if not is_ours:
            shutil.rmtree(folder)

    make_open_folder(folder)
    copy.write_text(mark.read_text())


def unprivileged_user() -> pwd.struct_passwd:
    """The user that root's servers run as."""
    try:
        return pwd.getpwnam(UNPRIVILEGED_USER)
    except KeyError:
        raise CannotRun(
            f"As root the servers need the user “{UNPRIVILEGED_USER}”, which this system lacks."
        ) from None


def remove_data() -> int:
    """Remove the data of every NAME of this repository. Gives the exit code."""
    home = ROOT_DATA if os.geteuid() == 0 else LOCAL_DATA
    with contextlib.ExitStack() as stack:
        for lock in home.glob("*.lock"):
            handle = stack.enter_context(lock.open("w"))
            if not try_lock(handle):
                raise already_running(lock)
            stop_leftovers(lock.with_suffix(""))

        for folder in (home, LOCAL_DATA):
            if folder.exists():
                shutil.rmtree(folder)
    return 0


def run(command: list[str], environment: dict[str, str], servers: list[Server]) -> int:
    """Run COMMAND to its end and give its exit code; meanwhile start again a server that died.

    Ctrl-C reaches COMMAND from the terminal; other signals are passed on.
    """
    children: list[subprocess.Popen] = []
    early: list[int] = []

    def pass_on(number: int, frame: object) -> None:
        if not children:
            early.append(number)
        for child in children:
            child.send_signal(number)

    def ignore(number: int, frame: object) -> None:
        """Not SIG_IGN, which COMMAND would inherit."""

    signal.signal(signal.SIGINT, ignore)
    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGHUP, pass_on)

    # A folder of PATH that we may not enter would change the error of a command that is nowhere.
    if shutil.which(command[0]) is None:
        raise CannotRun(f"Cannot run {command[0]}: there is no such command.")
    try:
        child = subprocess.Popen(
            command, env=environment, preexec_fn=end_with_parent(signal.SIGTERM)
        )
    except OSError as error:
        raise CannotRun(f"Cannot run {command[0]}: {error.strerror}.") from None

    children.append(child)
    for number in early:
        child.send_signal(number)
    return wait_for(child, servers)


def wait_for(child: subprocess.Popen, servers: list[Server]) -> int:
    """Wait for the end of COMMAND and give its exit code.

    A server that died and cannot be started again ends COMMAND; then CannotRun is raised.
    """
    while True:
        try:
            code = child.wait(timeout=WATCH_SECONDS)
        except subprocess.TimeoutExpired:
            try:
                for server in servers:
                    server.revive()
            except CannotRun:
                child.terminate()
                child.wait()
                raise
        else:
            return code if code >= 0 else 128 - code


def leave(number: int, frame: object) -> None:
    """Asked to end before COMMAND has started: exit so that the servers are stopped."""
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="portal.dev.embedded", description="Run a command with PostgreSQL and Valkey."
    )
    parser.add_argument("--name", default="run", help="whose data to use: run (as is), test, …")
    parser.add_argument(
        "--exclusive", action="store_true", help="refuse to use the servers of another run"
    )
    parser.add_argument(
        "--remove-data", action="store_true", help="remove the data of every NAME instead"
    )
    parser.add_argument("command", nargs="*", metavar="COMMAND")
    options = parser.parse_args(arguments)
    if not options.command and not options.remove_data:
        parser.error("which COMMAND?")

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
    try:
        if options.remove_data:
            return remove_data()
        return run_with_servers(options.name, options.command, exclusive=options.exclusive)
    except CannotRun as problem:
        print(problem, file=sys.stderr)
    except OSError as problem:
        print(f"The embedded servers cannot run here: {problem}.", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
