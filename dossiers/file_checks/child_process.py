"""Starting `inspect_file` and reading its answer, whatever becomes of it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings

from dossiers.file_checks.inspection import Inspection
from dossiers.verdicts import Finding, Reason

MAX_SECONDS = 30
MAX_ANSWER_BYTES = 64 * 1024
# How a process ends that reached a limit, or that malicious bytes brought down.
BROUGHT_DOWN = {signal.SIGXCPU, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE}


class InspectionFailed(Exception):
    """The program ended without an answer, and not through its limits."""


def inspect(source: Path, content_type: str, copy: Path) -> Inspection:
    """Inspect the file at `source` in a process of its own.

    A file that reaches the limits of time and memory is too complex. Raises InspectionFailed when
    the process was killed from outside or the program itself failed.
    """
    words = [str(source), content_type, str(copy), str(settings.UPLOAD_MAX_PIXELS)]
    command = [sys.executable, "-m", "dossiers.file_checks.inspect_file", *words]
    with tempfile.TemporaryFile() as answer:
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                cwd=settings.BASE_DIR,
                env=environment(),
                timeout=MAX_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Inspection(Reason.TOO_COMPLEX)
        if -done.returncode in BROUGHT_DOWN:
            return Inspection(Reason.TOO_COMPLEX)
        if done.returncode != 0:
            raise InspectionFailed(f"the program ended with {done.returncode}")
        answer.seek(0)
        return read(answer.read(MAX_ANSWER_BYTES))


def environment() -> dict[str, str]:
    """Return the variables of the process: how Python finds its modules, and no secret."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}


def read(answer: bytes) -> Inspection:
    try:
        words = json.loads(answer)
        return Inspection(
            reason=Reason(words["reason"]) if words["reason"] else None,
            findings=tuple(Finding(code) for code in words["findings"]),
            copy_type=words["copy_type"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InspectionFailed("the answer cannot be read") from error
