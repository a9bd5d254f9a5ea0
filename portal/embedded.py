"""Run a command with a real PostgreSQL and a real Redis beside it, with nothing installed on the system.

    python -m portal.embedded [--name NAME] -- COMMAND ...

COMMAND finds the servers in DATABASE_URL and REDIS_URL; what is already set there is left alone and not started. Data
stay in var/embedded/NAME. PostgreSQL refuses to run as root, so root lends both servers an unprivileged user and a
folder under /var/lib, where nothing that exists has to be opened to others. docs/adr/0001-embedded-servers.md tells
why. Neither this module nor portal.embedded_servers may import Django.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from portal.embedded_servers import (
    CannotRun,
    Place,
    end_with_parent,
    postgres,
    redis,
    stop_leftovers,
)

REPOSITORY = Path(__file__).resolve().parent.parent
LOCAL_DATA = REPOSITORY / "var" / "embedded"
ROOTS_DATA = Path("/var/lib") / f"ba-to-portal-{hashlib.sha256(bytes(REPOSITORY)).hexdigest()[:8]}"
UNPRIVILEGED = "nobody"
SERVERS = {"DATABASE_URL": postgres, "REDIS_URL": redis}


@contextlib.contextmanager
def data_place(name: str) -> Iterator[Place]:
    """The place of the data called NAME, locked for this process and free of servers that a killed run left."""
    LOCAL_DATA.mkdir(parents=True, exist_ok=True)
    as_root = os.geteuid() == 0
    if as_root:
        make_open_folder(ROOTS_DATA)
        make_open_folder(ROOTS_DATA / "programs")
        (ROOTS_DATA / "repository").write_text(
            f"{REPOSITORY}\n"
        )  # for whoever wonders whose this is
    folder = (ROOTS_DATA if as_root else LOCAL_DATA) / name
    with locked(folder.with_suffix(".lock")):
        stop_leftovers(folder)
        if as_root:
            forget_earlier_checkout(folder, LOCAL_DATA / f"{name}.mark")
            yield Place(folder, unprivileged_user(), ROOTS_DATA / "programs")
        else:
            folder.mkdir(mode=0o700, exist_ok=True)
            yield Place(folder)


def make_open_folder(folder: Path) -> None:
    """A folder of root's that all may walk through, whatever the umask."""
    if not folder.exists():
        folder.mkdir()
        folder.chmod(0o755)


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a lock that the kernel takes away when this process ends, however it ends."""
    with open(file, "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"The embedded servers “{file.stem}” are already running; stop that run first."
            ) from None
        yield


def forget_earlier_checkout(folder: Path, mark: Path) -> None:
    """Make root's data folder. Who removed var/ or cloned anew starts with empty data, as if they lay in var/."""
    copy = folder / "mark"
    if not mark.exists():
        mark.write_text(secrets.token_hex(8))
    if folder.exists() and not (copy.exists() and copy.read_text() == mark.read_text()):
        shutil.rmtree(folder)
    make_open_folder(folder)
    copy.write_text(mark.read_text())


def unprivileged_user() -> pwd.struct_passwd:
    """The user that root's servers run as."""
    try:
        return pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise CannotRun(
            f"As root the servers need the user “{UNPRIVILEGED}”, which this system lacks."
        ) from None


def remove_data() -> int:
    """Remove the data of every NAME of this repository. Gives the exit code."""
    home = ROOTS_DATA if os.geteuid() == 0 else LOCAL_DATA
    with contextlib.ExitStack() as stack:
        for lock in home.glob("*.lock"):
            stack.enter_context(locked(lock))
            stop_leftovers(lock.with_suffix(""))
        for folder in (home, LOCAL_DATA):
            if folder.exists():
                shutil.rmtree(folder)
    return 0


def run_with_servers(name: str, command: list[str]) -> int:
    """Start what the environment lacks, run COMMAND, stop what was started. Gives the exit code."""
    environment = dict(os.environ)
    missing = {
        variable: start for variable, start in SERVERS.items() if not environment.get(variable)
    }
    with contextlib.ExitStack() as stack:
        if missing:
            place = stack.enter_context(data_place(name))
            for variable, start in missing.items():
                environment[variable] = stack.enter_context(start(place))
        return run(command, environment)


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run COMMAND to its end and give its exit code. Ctrl-C reaches it from the terminal, other signals from here."""
    children: list[subprocess.Popen] = []
    early: list[int] = []

    def pass_on(number: int, frame: object) -> None:
        if not children:
            early.append(number)
        for child in children:
            child.send_signal(number)

    signal.signal(
        signal.SIGINT, lambda number, frame: None
    )  # not SIG_IGN, which COMMAND would inherit
    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGHUP, pass_on)
    try:
        child = subprocess.Popen(
            command, env=environment, preexec_fn=end_with_parent(signal.SIGTERM)
        )
    except OSError as error:
        raise CannotRun(f"Cannot run {command[0]}: {error.strerror}.") from None
    children.append(child)
    for number in early:
        child.send_signal(number)
    code = child.wait()
    return code if code >= 0 else 128 - code


def leave(number: int, frame: object) -> None:
    """Asked to end before COMMAND has started: leave by the way that stops the servers."""
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="portal.embedded", description="Run a command with PostgreSQL and Redis."
    )
    parser.add_argument("--name", default="run", help="whose data to use: run (as is), test, …")
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
        return (
            remove_data()
            if options.remove_data
            else run_with_servers(options.name, options.command)
        )
    except CannotRun as problem:
        print(problem, file=sys.stderr)
    except OSError as problem:
        print(f"The embedded servers cannot run here: {problem}.", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
