"""Files on the staff pages: closed until they are checked, shown without what they would do."""

import pytest
from django.urls import reverse

from dossiers.file_checks import check
from dossiers.file_checks.inspection import Inspection
from dossiers.models import Attachment, Dossier, OutboxJob
from dossiers.moves import Action
from dossiers.states import Role, State
from dossiers.verdicts import Finding, Reason
from tests.dossiers.factories import DossierFactory, act, attach, pdf_file
from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    client.force_login(UserFactory(role=Role.CASE))
    return client


@pytest.fixture
def file() -> Attachment:
    """A file that came with a dossier and is still to be checked."""
    draft = DossierFactory(state=State.DRAFT)
    file = attach(draft, "ban-ve", pdf_file("ban ve.pdf"), checked=False)
    act(draft, Action.SUBMIT, Role.CITIZEN)
    return file


def address(file: Attachment, name: str = "attachment") -> str:
    return reverse(f"admin:dossiers_dossier_{name}", args=[file.dossier_id, file.pk])


def page(client, dossier: Dossier) -> str:
    return client.get(reverse("admin:dossiers_dossier_change", args=[dossier.pk])).content.decode()


def with_copy(file: Attachment, tmp_path, *findings: Finding, kind: str = "application/pdf"):
    copy = tmp_path / "copy"
    copy.write_bytes(b"%PDF-safe")
    check.record(file, Inspection(findings=findings, copy_type=kind), copy=copy)


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_file_being_checked_is_shown_and_does_not_open(officer, file):
    content = page(officer, file.dossier)
    assert "đang kiểm tra" in content
    assert address(file) not in content
    for name in ("attachment", "original"):
        response = officer.get(address(file, name), follow=True)
        assert "không mở được: đang kiểm tra" in response.content.decode()


def test_file_whose_check_was_given_up_can_be_checked_again(officer, file, run_queue):
    OutboxJob.objects.filter(attachment=file).update(status="failed")
    assert "không kiểm tra được" in page(officer, file.dossier)
    job = file.check_job.pk
    officer.post(reverse("admin:dossiers_dossier_requeue", args=[file.dossier_id, job]))
    run_queue()
    assert address(file) in page(officer, file.dossier)


def test_accepted_file_opens_in_the_browser(officer, file):
    check.record(file, Inspection())
    response = officer.get(address(file))
    assert body(response).startswith(b"%PDF-")
    assert response["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("reason", "malware", "words"),
    [(Reason.LOCKED, "", "không dùng được, có mật khẩu"), (None, "X", "đã cách ly, có mã độc")],
)
def test_file_found_unusable_is_named_and_opens_for_nobody(officer, file, reason, malware, words):
    check.record(file, Inspection(reason), malware=malware)
    content = page(officer, file.dossier)
    assert words in content
    assert address(file) not in content
    for method in (officer.get, officer.post):
        for name in ("attachment", "original"):
            assert method(address(file, name)).status_code in (302, 405)


def test_what_a_pdf_does_is_named_and_its_copy_opens(officer, file, tmp_path):
    with_copy(file, tmp_path, Finding.JAVASCRIPT, Finding.EMBEDDED_FILE)
    content = page(officer, file.dossier)
    for words in ("có mã JavaScript", "có tệp đính kèm bên trong", "bản đã gỡ các phần ấy"):
        assert words in content
    assert body(officer.get(address(file))) == b"%PDF-safe"


def test_original_is_given_after_a_warning_to_be_saved(officer, file, tmp_path):
    with_copy(file, tmp_path, Finding.LAUNCH, Finding.SIGNED)
    content = page(officer, file.dossier)
    assert address(file, "original") in content
    assert "Chữ ký số chỉ kiểm tra được trên bản gốc" in content
    warning = officer.get(address(file, "original"))
    assert "có lệnh mở chương trình" in warning.content.decode()
    given = officer.post(address(file, "original"))
    with file.file.open() as stored:
        assert body(given) == stored.read()
    assert given["Content-Disposition"].startswith("attachment")


def test_webp_opens_as_jpeg_without_a_warning(officer, file, tmp_path):
    with_copy(file, tmp_path, kind="image/jpeg")
    response = officer.get(address(file))
    assert body(response) == b"%PDF-safe"
    assert response["Content-Type"] == "image/jpeg"
    assert "bản JPG" in page(officer, file.dossier)
    assert "errornote" not in officer.get(address(file, "original")).content.decode()


def test_signed_pdf_is_named_and_opens_as_it_was_sent(officer, file):
    check.record(file, Inspection(findings=(Finding.SIGNED,)))
    content = page(officer, file.dossier)
    assert "có chữ ký số" in content
    assert address(file, "original") not in content


def test_page_of_a_dossier_shows_who_may_not_see_it_nothing(client, file):
    client.force_login(UserFactory(is_staff=True))
    check.record(file, Inspection())
    for name in ("attachment", "original"):
        assert client.get(address(file, name)).status_code == 403
    assert client.get(reverse("admin:dossiers_quarantine")).status_code == 403


# --- Quarantine ---


def test_quarantine_lists_files_with_malware_newest_first(officer, file):
    later = DossierFactory(state=State.SUPPLEMENT)
    newest = attach(later, "a", pdf_file("hoa-don.pdf"), checked=False)
    kept = attach(later, "b", checked=True)
    check.record(file, Inspection(), malware="Cu.Virus")
    check.record(newest, Inspection(), malware="Moi.Virus")
    content = officer.get(reverse("admin:dossiers_quarantine")).content.decode()
    assert content.index("Moi.Virus") < content.index("Cu.Virus")
    assert "hoa-don.pdf" in content
    assert kept.name not in content
    assert "2 tệp bị cách ly" in officer.get(reverse("admin:index")).content.decode()


def test_quarantine_tells_nothing_of_a_draft(officer):
    draft = DossierFactory(state=State.DRAFT)
    check.record(attach(draft, "a", pdf_file("kin.pdf"), checked=False), Inspection(), malware="X")
    content = officer.get(reverse("admin:dossiers_quarantine")).content.decode()
    assert "Hồ sơ chưa gửi" in content
    for private in ("kin.pdf", draft.tracking_code):
        assert private not in content


def test_quarantine_without_files_says_so(officer):
    content = officer.get(reverse("admin:dossiers_quarantine")).content.decode()
    assert "Không có tệp nào bị cách ly" in content
    assert "tệp bị cách ly</span>" not in officer.get(reverse("admin:index")).content.decode()
