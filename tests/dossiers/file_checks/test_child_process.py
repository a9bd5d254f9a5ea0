"""The process that opens files: it ends within its limits, whatever the file does to it."""

import json
import signal
import subprocess
import sys

import pytest

from dossiers.file_checks import child_process
from dossiers.file_checks.child_process import InspectionFailed
from dossiers.file_checks.inspect_file import MAX_CPU_SECONDS, MAX_MEMORY_BYTES
from dossiers.file_checks.inspection import Inspection
from dossiers.verdicts import Finding, Reason
from tests.dossiers import file_samples as samples
from tests.dossiers.file_samples import many_scans, photograph, saved, written_pdf


@pytest.fixture
def inspected(tmp_path):
    def inspect(content: bytes, content_type: str = "application/pdf") -> Inspection:
        source = tmp_path / "file"
        source.write_bytes(content)
        return child_process.inspect(source, content_type, tmp_path / "copy")

    return inspect


def test_inspection_says_what_it_found(inspected, tmp_path):
    assert inspected(saved(written_pdf())) == Inspection()
    found = inspected(saved(samples.javascript()))
    assert found == Inspection(findings=(Finding.JAVASCRIPT,), copy_type="application/pdf")
    assert (tmp_path / "copy").read_bytes().startswith(b"%PDF-")
    assert inspected(photograph()[:-500], "image/jpeg") == Inspection(Reason.BROKEN)


BOMBS = {
    "pages without number": samples.page_tree_of_two_to_the(40),
    "deep nesting": samples.deep_nesting(1_000_000),
    "1 GB of table in 3 KB": samples.flate_of_flate(1000),
    "120,000 tables": samples.chain_of_tables(120_000),
    "broken objects": samples.broken_objects(20_000),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_bomb_is_refused_within_the_limits(inspected, kind):
    assert inspected(BOMBS[kind]).reason in {Reason.BROKEN, Reason.NO_PAGES, Reason.TOO_COMPLEX}


def test_file_that_takes_too_long_is_too_complex(inspected, monkeypatch):
    monkeypatch.setattr(child_process, "MAX_SECONDS", 0.4)
    bomb = many_scans(7746, 7745, 400)
    assert inspected(bomb, "image/jpeg") == Inspection(Reason.TOO_COMPLEX)


LIMITED = "import dossiers.file_checks.inspect_file as program; {}; program.set_limits(); {}"


def ended(*code: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", LIMITED.format(*code)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60)


def test_process_that_computes_too_long_is_ended():
    done = ended("program.MAX_CPU_SECONDS = 1", "exec('while True: pass')")
    assert done.returncode == -signal.SIGXCPU
    assert signal.SIGXCPU in child_process.BROUGHT_DOWN


def test_process_that_takes_too_much_memory_is_refused_it():
    done = ended("pass", f"bytearray({MAX_MEMORY_BYTES})")
    assert b"MemoryError" in done.stderr


def test_limits_fit_into_the_time_of_a_task(settings):
    assert MAX_CPU_SECONDS < child_process.MAX_SECONDS < settings.CELERY_TASK_SOFT_TIME_LIMIT


def test_process_knows_no_secret(monkeypatch):
    for name in ("SECRET_KEY", "DATABASE_URL", "VNPAY_HASH_SECRET"):
        monkeypatch.setenv(name, "bi mat")
    assert "bi mat" not in json.dumps(child_process.environment())


@pytest.mark.parametrize(
    ("program", "outcome"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Reason.TOO_COMPLEX),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", InspectionFailed),
        ("raise RuntimeError", InspectionFailed),
        ("print('{}')", InspectionFailed),
        ("print('not JSON')", InspectionFailed),
    ],
    ids=["crash", "killed from outside", "its own fault", "no answer", "no JSON"],
)
def test_process_that_ends_in_another_way(inspected, tmp_path, monkeypatch, program, outcome):
    interpreter = tmp_path / "python"
    interpreter.write_text(f"#!{sys.executable}\n{program}\n")
    interpreter.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(interpreter))
    if outcome is InspectionFailed:
        with pytest.raises(InspectionFailed):
            inspected(b"")
    else:
        assert inspected(b"") == Inspection(outcome)
