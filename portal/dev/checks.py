"""All checks but the tests: runs every one, then tells which failed.

    python -m portal.dev.checks

runs under portal.dev.embedded, since some need the database.
"""

import concurrent.futures
import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PRODUCTION = {  # as in docs/environment.md, with made-up values
    "PRODUCTION": "1",
    "SECRET_KEY": "only-for-the-check-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "dichvucong.example.vn",
    "CSRF_TRUSTED_ORIGINS": "https://dichvucong.example.vn",
    "SITE_URL": "https://dichvucong.example.vn",
    "TRUSTED_PROXIES": "1",
    "EMAIL_URL": "smtp://mail.example.vn:25",
    "DEFAULT_FROM_EMAIL": "khong-tra-loi@dichvucong.test",
    "VNPAY_TMN_CODE": "CHECK",
    "VNPAY_HASH_SECRET": "only-for-the-check-" + "9876543210" * 3,
    "VNPAY_PAY_URL": "https://gateway.example.vn/pay",
    "VNPAY_FORM_HOSTS": "https://gateway.example.vn",
}
CHECKS = {  # the slowest first
    "types": "mypy portal services dossiers payments",
    "production settings": "manage.py check --deploy --fail-level WARNING",
    "migrations complete": "manage.py makemigrations --check --dry-run",
    "translations complete": "manage.py translations check",
    "state diagram current": "manage.py workflow_diagram --check",
    "picture current": "-m portal.dev.architecture --check",
    "import lines": "lint-imports",
    "template rooms": "-m portal.dev.template_rooms",
    "templates": "djlint --lint --quiet templates",
    "style": "ruff check",
    "format": "ruff format --check",
}
ENVIRONMENTS = {"production settings": PRODUCTION}


@dataclass(frozen=True)
class Outcome:
    name: str
    passed: bool
    output: str
    seconds: float


def run(name: str) -> Outcome:
    program, *arguments = shlex.split(CHECKS[name])
    if program in ("manage.py", "-m"):
        command = [sys.executable, program, *arguments]
    else:
        command = [str(Path(sys.executable).parent / program), *arguments]

    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONWARNINGS": "default", **ENVIRONMENTS.get(name, {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Outcome(name, done.returncode == 0, done.stdout.strip(), time.monotonic() - started)


def main() -> int:
    """Run all checks, two at a time; gives the exit code."""
    failed = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        running = [pool.submit(run, name) for name in CHECKS]
        for finished in concurrent.futures.as_completed(running):
            done = finished.result()
            mark = "ok    " if done.passed else "FAILED"
            print(f"{mark} {done.name} ({done.seconds:.1f} s)", flush=True)
            if not done.passed:
                failed.append(done)

    for done in failed:
        print(f"\n── {done.name}: {CHECKS[done.name]}\n{done.output}")
    if failed:
        names = ", ".join(done.name for done in failed)
        print(f"\n{len(failed)} of {len(CHECKS)} checks failed: {names}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
