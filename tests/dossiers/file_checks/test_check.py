"""The check of a file that was sent in, from the upload to the row, by the job of the outbox."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from dossiers.applicant import drafts
from dossiers.checks import antivirus_has_an_address
from dossiers.file_checks import check, child_process
from dossiers.file_checks.child_process import InspectionFailed
from dossiers.file_checks.inspection import Inspection
from dossiers.models import Attachment, OutboxJob
from dossiers.outbox import leases, tasks
from dossiers.states import State
from dossiers.verdicts import Finding, Reason, Status
from tests.dossiers.factories import DossierFactory, attach, pdf_file
from tests.dossiers.file_checks.clamd import MALWARE
from tests.dossiers.file_samples import (
    deep_nesting,
    javascript,
    photograph,
    protected,
    saved,
    written_pdf,
)

pytestmark = pytest.mark.django_db


def sent(content: bytes, name: str = "don.pdf") -> Attachment:
    """A file of a draft that waits for its check."""
    draft = DossierFactory(state=State.DRAFT)
    return attach(draft, "don", pdf_file_of(content, name), checked=False)


def pdf_file_of(content: bytes, name: str = "don.pdf"):
    file = pdf_file(name)
    file.file.seek(0)
    file.file.truncate()
    file.file.write(content)
    file.file.seek(0)
    file.size = len(content)
    return file


def again(attachment: Attachment) -> Attachment:
    return Attachment.objects.get(pk=attachment.pk)


# --- The job ---


def test_upload_writes_a_job_in_the_same_transaction_and_tells_the_queue(queue):
    attachment = sent(saved(written_pdf()))
    job = OutboxJob.objects.get(channel="check")
    assert (job.attachment, job.event, job.status) == (attachment, None, "waiting")
    assert queue == []
    while connection.run_on_commit:
        connection.run_on_commit.pop(0)[1]()
    assert queue == [(tasks.check_file, job.pk)]


def test_good_file_is_accepted(run_queue):
    attachment = sent(saved(written_pdf()))
    assert attachment.is_checking
    run_queue()
    row = again(attachment)
    assert (row.status, row.reason, row.findings) == (Status.ACCEPTED, "", [])
    assert row.checked_at is not None
    assert OutboxJob.objects.get(channel="check").status == "done"


def test_locked_file_is_refused_with_a_sentence_that_says_so(run_queue):
    attachment = sent(protected(user="x"), "sao-ke.pdf")
    run_queue()
    row = again(attachment)
    assert (row.status, row.reason) == (Status.REFUSED, Reason.LOCKED)
    assert "“sao-ke.pdf” có mật khẩu" in row.refusal


def test_bomb_is_refused_and_the_worker_goes_on(run_queue):
    bomb = sent(deep_nesting(1_000_000))
    good = sent(saved(written_pdf()))
    run_queue()
    assert again(bomb).status == Status.REFUSED
    assert again(good).is_accepted
    assert set(OutboxJob.objects.values_list("status", flat=True)) == {"done"}


def test_active_file_keeps_its_bytes_and_gets_a_copy(run_queue):
    content = saved(javascript())
    attachment = sent(content)
    run_queue()
    row = again(attachment)
    assert (row.status, row.findings) == (Status.ACCEPTED, [Finding.JAVASCRIPT])
    with row.file.open() as kept, row.safe_copy.open() as copy:
        assert kept.read() == content
        assert b"JavaScript" not in copy.read()


def test_webp_gets_a_copy_as_jpeg(run_queue):
    attachment = sent(photograph(format="WEBP"), "anh.webp")
    run_queue()
    row = again(attachment)
    assert (row.content_type, row.safe_copy_type) == ("image/webp", "image/jpeg")


def test_check_asked_for_twice_is_done_once(run_queue, monkeypatch):
    attachment = sent(saved(javascript()))
    job = OutboxJob.objects.get(channel="check")
    tasks.check_file(job.pk)
    first = again(attachment)
    OutboxJob.objects.update(status="waiting", lease_until=timezone.now())  # its end was lost
    tasks.check_file(job.pk)
    assert again(attachment).safe_copy == first.safe_copy
    assert len(stored(attachment)) == 2


def stored(attachment: Attachment) -> list[str]:
    return attachment.file.storage.listdir(f"ho-so/{attachment.dossier_id}")[1]


def test_worker_that_comes_late_changes_nothing_and_leaves_no_copy(tmp_path):
    attachment = sent(saved(written_pdf()))
    late = again(attachment)
    check.record(attachment, Inspection(Reason.BROKEN))
    copy = tmp_path / "copy"
    copy.write_bytes(b"%PDF-")
    check.record(late, Inspection(copy_type="application/pdf"), copy=copy)
    assert again(attachment).status == Status.REFUSED
    assert len(stored(attachment)) == 1


def test_file_taken_back_while_it_is_checked_leaves_nothing(monkeypatch, run_queue):
    attachment = sent(saved(written_pdf()))
    inspect = child_process.inspect

    def taken_back_meanwhile(*words):
        drafts.detach(attachment.dossier, attachment)
        return inspect(*words)

    monkeypatch.setattr(child_process, "inspect", taken_back_meanwhile)
    tasks.check_file(OutboxJob.objects.get(channel="check").pk)
    run_queue()
    assert not Attachment.objects.exists()
    assert not OutboxJob.objects.filter(channel="check").exists()
    assert stored(attachment) == []


def test_file_taken_back_takes_its_job_and_its_copy_along(run_queue):
    attachment = sent(saved(javascript()))
    run_queue()
    assert len(stored(attachment)) == 2
    drafts.detach(attachment.dossier, again(attachment))
    run_queue()
    assert stored(attachment) == []
    assert leases.claim(OutboxJob.objects.count() + 1) is None


# --- Failures ---


def test_process_killed_three_times_by_a_file_makes_it_too_complex(monkeypatch, time_machine):
    def killed(*words):
        raise InspectionFailed("the program ended with -9")

    time_machine.move_to(timezone.now(), tick=False)
    monkeypatch.setattr(child_process, "inspect", killed)
    attachment = sent(saved(written_pdf()))
    job = OutboxJob.objects.get(channel="check")
    seen = []
    for _attempt in range(check.MAX_FAILED_INSPECTIONS):
        time_machine.shift(timedelta(hours=2))
        tasks.check_file(job.pk)
        seen.append(again(attachment).status)
    assert seen == [Status.CHECKING, Status.CHECKING, Status.REFUSED]
    assert again(attachment).reason == Reason.TOO_COMPLEX


def test_file_that_the_store_does_not_give_stays_unchecked_and_is_tried_again(run_queue):
    attachment = sent(saved(written_pdf()))
    attachment.file.storage.delete(attachment.file.name)
    run_queue()
    assert again(attachment).is_checking
    job = OutboxJob.objects.get(channel="check")
    assert (job.status, job.attempts) == ("waiting", 1)
    assert "FileNotFoundError" in job.error


# --- ClamAV ---


def test_file_that_clamav_knows_is_quarantined(scanner, run_queue, caplog):
    pdf = written_pdf()
    pdf.docinfo["/Title"] = MALWARE.decode()
    attachment = sent(saved(pdf), "hoa-don.pdf")
    run_queue()
    row = again(attachment)
    assert (row.status, row.malware) == (Status.QUARANTINED, "Test.Virus")
    assert "“hoa-don.pdf” có mã độc" in row.refusal
    assert f"file {row.pk} is quarantined: Test.Virus" in caplog.text
    assert "hoa-don" not in caplog.text


def test_clean_file_is_accepted_after_its_scan(scanner, run_queue):
    content = saved(written_pdf())
    attachment = sent(content)
    run_queue()
    assert again(attachment).is_accepted
    assert scanner.scanned == [content]


def test_file_is_not_accepted_while_clamav_does_not_answer(scanner, run_queue, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    scanner.answer = "stream: Can't allocate memory ERROR"
    attachment = sent(saved(written_pdf()))
    run_queue()
    assert again(attachment).is_checking
    assert OutboxJob.objects.get(channel="check").status == "waiting"

    scanner.answer = ""
    time_machine.shift(timedelta(hours=2))
    tasks.check_file(OutboxJob.objects.get(channel="check").pk)
    assert again(attachment).is_accepted


def test_file_that_cannot_be_used_is_told_though_clamav_does_not_answer(scanner, run_queue):
    scanner.answer = "stream: Can't allocate memory ERROR"
    attachment = sent(protected(user="x"))
    run_queue()
    assert again(attachment).reason == Reason.LOCKED


def test_portal_does_not_start_with_an_address_that_cannot_work(settings):
    assert antivirus_has_an_address(None) == []
    settings.CLAMAV_URL = "127.0.0.1:3310"
    assert "CLAMAV_URL" in antivirus_has_an_address(None)[0].msg


def test_what_is_stored_of_a_photograph_tells_no_place(run_queue):
    photo = photograph(comment=b"Nuoc Nhu")
    attachment = sent(photo, "anh.jpg")
    run_queue()
    with again(attachment).file.open() as kept:
        assert b"Nuoc Nhu" not in kept.read()
