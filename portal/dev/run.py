"""What `make run` does once the servers are there: prepare the data, run web, workers and beat.

    python -m portal.dev.run [--port N] [--folder DIR]

runs under portal.dev.embedded. It calls itself with --prepare and --announce.
"""

import argparse
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

from portal.dev.supervise import Program, supervise

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "var"
STATIC_STAMP = REPOSITORY / "var" / "static.stamp"
MAX_ANSWER_SECONDS = 60
PREPARATIONS = (  # what is said, and the words for manage.py
    ("database", "migrate"),
    ("translations", "translations", "compile"),
    ("static files", "collectstatic", "--noinput"),
    ("catalogue of services", "load_catalogue"),
    ("demo people", "load_demo"),
)
# Only warnings and errors are shown: other lines would push the address off the screen.
WEB = (
    "granian --interface asginl --http 1 --no-ws --host 127.0.0.1 --port {port} --workers 2"
    " --backlog 4096 --backpressure 4096"
    " --http1-header-read-timeout 10000 --log-level warning portal.asgi:application"
)
WORKER = "celery --quiet --app portal worker --without-gossip --without-mingle --loglevel WARNING"
WORKERS = {
    "worker-counter": "--queues counter --concurrency 1",
    "worker-papers": "--queues papers,files,default --concurrency 2",
    "worker-mail": "--queues mail --pool threads --concurrency 4",
}
BEAT = "celery --quiet --app portal beat --pidfile= --loglevel WARNING"
# Where one of the two web processes dies, the other goes on and granian starts a new one.
ENVIRONMENT = {
    "GRANIAN_RESPAWN_FAILED_WORKERS": "true",
    "GRANIAN_WORKERS_KILL_TIMEOUT": "10",
    "PYTHONUNBUFFERED": "1",
    # A warning for servers. Here it would only push the address off the screen.
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
}


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
    """Changes when our static files do, the locked libraries, or the collected folder."""
    seen = hashlib.sha256((REPOSITORY / "requirements-run.lock").read_bytes())
    for file in sorted(static_sources()):
        status = file.stat()
        seen.update(f"{file} {status.st_size} {status.st_mtime_ns}\n".encode())
    seen.update(str((REPOSITORY / "var" / "static" / "staticfiles.json").exists()).encode())
    return seen.hexdigest()


def static_sources() -> Iterator[Path]:
    for folder in (REPOSITORY / "static", *REPOSITORY.glob("*/static")):
        if folder.parent.name == "var":  # the collected files
            continue
        for file in folder.rglob("*"):
            if file.is_file():
                yield file


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def announce(address: str) -> None:
    """Wait until the page answers, then print the address and the demo sign-ins."""
    deadline = time.monotonic() + MAX_ANSWER_SECONDS
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
    command = [sys.executable, "manage.py", "load_demo", "--print-only"]
    return subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True).stdout


def answers(url: str) -> bool:
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
    framed = [f"│ {line.ljust(width)} │" for line in lines]
    return "\n".join(["", f"┌{edge}┐", *framed, f"└{edge}┘"])


def programs(port: int, folder: Path) -> list[Program]:
    """What runs: asked to end, beat goes first, then the workers, and the web at last.

    Beat remembers in `folder` what it did.
    """
    announce = [sys.executable, "-m", "portal.dev.run", "--announce", site_address(port)]
    workers = [
        Program(name, program(f"{WORKER} --hostname {name}@%h {options}"), priority=20)
        for name, options in WORKERS.items()
    ]
    return [
        Program("web", program(WEB.format(port=port)), priority=10),
        *workers,
        Program("beat", [*program(BEAT), "--schedule", str(folder / "beat-schedule")], priority=30),
        Program("announce", announce, priority=40, runs_once=True),
    ]


def program(command: str) -> list[str]:
    """The words of a command whose program is in our virtual environment."""
    name, *words = command.split()
    return [str(Path(sys.executable).parent / name), *words]


def site_address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def run(port: int, folder: Path) -> int:
    """Prepare, run, announce. Gives the exit code."""
    os.environ.update({**ENVIRONMENT, "SITE_URL": site_address(port), **os.environ})
    prepared = subprocess.run([sys.executable, "-m", "portal.dev.run", "--prepare"], cwd=REPOSITORY)
    if prepared.returncode:
        return prepared.returncode
    return supervise(programs(port, folder), folder=folder, directory=REPOSITORY)


def main(arguments: list[str]) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="portal.dev.run", description="Run the whole portal on this machine."
    )
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where beat and the supervisor keep their files"
    )
    parser.add_argument("--prepare", action="store_true", help="only prepare the data")
    parser.add_argument(
        "--announce", metavar="ADDRESS", help="only wait for the page and print the address"
    )
    options = parser.parse_args(arguments)

    # Leave by an exception, so that children are stopped first.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        if options.prepare:
            prepare()
        elif options.announce:
            announce(options.announce)
        else:
            return run(options.port, options.folder)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
