"""Everything of `make run` that needs the servers: prepare the data, run web, worker and beat, say where to look.

    python -m portal.run [--port N]

runs under portal.embedded. The two other ways to call it, --prepare and --announce, are its own.
"""

import argparse
import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
STATIC_STAMP = REPOSITORY / "var" / "static.stamp"
ANSWER_SECONDS = 60
PREPARATIONS = (  # what is said, and the words for manage.py
    ("database", "migrate"),
    ("translations", "translations", "compile"),
    ("static files", "collectstatic", "--noinput"),
    ("catalogue of services", "load_catalogue"),
    ("demo people", "load_demo"),
)
# Quiet: what they print at the start would push the address off the screen. Warnings and errors are shown.
PROCESSES = {
    "web": "granian --interface wsgi --host 127.0.0.1 --port {port} --workers 2 --blocking-threads 4"
    " --log-level warning portal.wsgi:application",
    "worker": "celery --quiet --app portal worker --concurrency 2 --loglevel WARNING",
    "beat": "celery --quiet --app portal beat --schedule var/beat-schedule --pidfile= --loglevel WARNING",
}
STOPPED_ON_REQUEST = (130, 143)


def prepare() -> None:
    """Bring the database, the translations and the files up to date; quick when they are."""
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    for what, command, *words in PREPARATIONS:
        started = time.monotonic()
        print(f"Preparing {what} …", end="", flush=True)
        if command == "collectstatic" and static_fingerprint() == read(STATIC_STAMP):
            print(" up to date")
            continue
        call_command(command, *words, verbosity=0)
        if command == "collectstatic":
            STATIC_STAMP.write_text(static_fingerprint())
        print(f" {time.monotonic() - started:.1f} s")


def static_fingerprint() -> str:
    """Changes when our static files, the libraries that bring others, or the collected folder do."""
    seen = hashlib.sha256((REPOSITORY / "requirements-dev.lock").read_bytes())
    for file in sorted(static_sources()):
        status = file.stat()
        seen.update(f"{file} {status.st_size} {status.st_mtime_ns}\n".encode())
    seen.update(str((REPOSITORY / "var" / "static" / "staticfiles.json").exists()).encode())
    return seen.hexdigest()


def static_sources() -> Iterator[Path]:
    """Our own static files."""
    for folder in (REPOSITORY / "static", *REPOSITORY.glob("*/static")):
        if folder.parent.name != "var":
            yield from (file for file in folder.rglob("*") if file.is_file())


def read(file: Path) -> str:
    """The text of a file; empty when there is none."""
    return file.read_text() if file.exists() else ""


def announce(address: str) -> None:
    """Wait until the page answers, then print the address and the demo sign-ins: the last thing on the screen."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while not answers(f"{address}/suc-khoe/song"):
        if time.monotonic() > deadline:
            print(f"{address} does not answer; the lines above may say why.", flush=True)
            return
        time.sleep(0.1)
    lines = [
        f"The portal is open:  {address}/",
        "",
        *sign_ins().rstrip().splitlines(),
        "",
        "Ctrl-C stops it.",
    ]
    print(box(lines), flush=True)


def sign_ins() -> str:
    """The demo sign-ins, as the command that makes them prints them."""
    command = [sys.executable, "manage.py", "load_demo", "--print-only"]
    return subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True).stdout


def answers(url: str) -> bool:
    """Does the page at this address answer with 200?"""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 -- our own address
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def box(lines: list[str]) -> str:
    """The lines with a frame around them."""
    lines = [unicodedata.normalize("NFC", line) for line in lines]  # one character, one column
    width = max(map(len, lines))
    edge = "─" * (width + 2)
    return "\n".join(
        ["", f"┌{edge}┐", *(f"│ {line.ljust(width)} │" for line in lines), f"└{edge}┘"]
    )


def supervise(port: int, environment: dict[str, str]) -> int:
    """Run the processes until Ctrl-C, or until one of them ends. Gives the exit code."""
    from honcho.manager import Manager

    manager = Manager()
    manager._procmgr.terminate = ask_to_end
    for name, command in PROCESSES.items():
        program = Path(sys.executable).parent / command.format(port=port)
        manager.add_process(name, f"exec {program}", env=environment, cwd=str(REPOSITORY))
    signal.signal(
        signal.SIGHUP, lambda number, frame: os.kill(os.getpid(), signal.SIGTERM)
    )  # honcho knows TERM and INT
    manager.loop()
    if manager.returncode in STOPPED_ON_REQUEST:
        return 0
    print(
        "One of the processes above ended by itself, so all were stopped; nothing is lost. Start again: make run"
    )
    return manager.returncode or 1


def ask_to_end(pid: int) -> None:
    """Ask one process. Honcho would ask its children too, and Celery's must be let finish their tasks."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def run(port: int) -> int:
    """Prepare, run, announce. Gives the exit code."""
    address = f"http://127.0.0.1:{port}"
    # On one's own machine a worker of root's is no news, and would push the address off the screen.
    quiet = "ignore:You're running the worker with superuser privileges"
    environment = {"SITE_URL": address, "PYTHONWARNINGS": quiet, **os.environ}
    prepared = subprocess.run(
        [sys.executable, "-m", "portal.run", "--prepare"], env=environment, cwd=REPOSITORY
    )
    if prepared.returncode:
        return prepared.returncode
    announcer = subprocess.Popen(
        [sys.executable, "-m", "portal.run", "--announce", address], env=environment, cwd=REPOSITORY
    )
    try:
        return supervise(port, environment)
    finally:
        announcer.terminate()
        announcer.wait()


def main(arguments: list[str]) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="portal.run", description="Run the whole portal on this machine."
    )
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--prepare", action="store_true", help="only prepare the data")
    parser.add_argument(
        "--announce", metavar="ADDRESS", help="only wait for the page and print the address"
    )
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):  # end in good order, children first
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        if options.prepare:
            prepare()
        elif options.announce:
            announce(options.announce)
        else:
            return run(options.port)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
