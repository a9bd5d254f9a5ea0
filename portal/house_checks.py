"""All checks of the house but the tests: run every one, then tell which failed.

    python -m portal.house_checks

runs under portal.embedded, since some ask the database.
"""

import concurrent.futures
import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PRODUCTION = {  # an environment as in docs/environment.md, with nothing true in it
    "PRODUCTION": "1",
    "SECRET_KEY": "only-for-the-check-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "dichvucong.example.vn",
    "CSRF_TRUSTED_ORIGINS": "https://dichvucong.example.vn",
    "SITE_URL": "https://dichvucong.example.vn",
    "EMAIL_URL": "smtp://mail.example.vn:25",
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
    "import lines": "lint-imports",
    "templates": "djlint --lint --quiet templates",
    "style": "ruff check",
    "format": "ruff format --check",
}
ENVIRONMENTS = {"production settings": PRODUCTION}


@dataclass(frozen=True)
class Outcome:
    """What one check said."""

    name: str
    passed: bool
    output: str
    seconds: float


def run(name: str) -> Outcome:
    """Run one check."""
    program, *arguments = shlex.split(CHECKS[name])
    folder = Path(sys.executable).parent
    command = [sys.executable, program] if program.endswith(".py") else [str(folder / program)]
    started = time.monotonic()
    done = subprocess.run(
        command + arguments,
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
        for outcome in concurrent.futures.as_completed([pool.submit(run, name) for name in CHECKS]):
            done = outcome.result()
            print(
                f"{'ok    ' if done.passed else 'FAILED'} {done.name} ({done.seconds:.1f} s)",
                flush=True,
            )
            failed += [] if done.passed else [done]
    for done in failed:
        print(f"\n── {done.name}: {CHECKS[done.name]}\n{done.output}")
    if failed:
        print(
            f"\n{len(failed)} of {len(CHECKS)} checks failed: {', '.join(done.name for done in failed)}"
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
