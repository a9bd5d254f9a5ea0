"""What citizens read of the check of their files, and what a file counts for meanwhile."""

import pytest
from django.urls import reverse

from dossiers import answers
from dossiers.file_checks import check
from dossiers.file_checks.inspection import Inspection
from dossiers.models import Attachment, Dossier
from dossiers.moves import Action
from dossiers.outbox import tasks
from dossiers.states import Role, State
from dossiers.verdicts import Reason
from tests.dossiers.factories import DossierFactory, act, attach, image_file, pdf_file
from tests.portal.factories import UserFactory
from tests.services.factories import PaperFactory, ServiceFactory

pytestmark = pytest.mark.django_db

PAPERS, REVIEW = 3, 4
CHECKING = "đang kiểm tra"
LOCKED = "“sao-ke.pdf” có mật khẩu. Hãy bỏ mật khẩu rồi gửi lại."


@pytest.fixture
def draft(client) -> Dossier:
    """A draft of the visitor's that asks for one paper, everything else filled in."""
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="cccd", name="Ảnh chụp căn cước")
    owner = UserFactory()
    client.force_login(owner)
    return DossierFactory(state=State.DRAFT, service=service, owner=owner)


def page(draft: Dossier, number: int) -> str:
    return reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, number])


def read(client, draft: Dossier, number: int = PAPERS) -> str:
    return client.get(page(draft, number)).content.decode()


def refuse(file: Attachment, reason: Reason = Reason.LOCKED) -> None:
    check.record(file, Inspection(reason))


def quarantine(file: Attachment) -> None:
    check.record(file, Inspection(), malware="Test.Virus")


def name_of(value: object) -> str:
    return getattr(value, "__name__", str(value))


def locked_file(draft: Dossier) -> Attachment:
    file = attach(draft, "cccd", pdf_file("sao-ke.pdf"), checked=False)
    refuse(file)
    return file


def is_missing(draft: Dossier) -> bool:
    return bool(answers.missing(answers.papers(Dossier.objects.get(pk=draft.pk))))


def test_papers_page_says_that_a_file_is_being_checked_and_then_that_it_is_there(
    client, draft, run_queue
):
    client.post(page(draft, PAPERS), {"slot": "cccd", "tep-cccd": image_file()})
    content = read(client, draft)
    assert CHECKING in content
    assert "Đã có tệp" not in content
    run_queue()
    content = read(client, draft)
    assert "Đã có tệp" in content
    assert CHECKING not in content


def test_papers_page_says_why_a_file_cannot_be_used_and_asks_for_another(client, draft):
    locked_file(draft)
    content = read(client, draft)
    assert LOCKED in content
    assert "Cần tải lên" in content
    assert client.post(page(draft, PAPERS), {"direction": "next"}).status_code == 422


def test_next_step_is_not_held_up_by_a_file_that_is_being_checked(client, draft):
    files = {"direction": "next", "tep-cccd": image_file()}
    assert client.post(page(draft, PAPERS), files).url == page(draft, REVIEW)
    assert CHECKING in read(client, draft, REVIEW)


def test_review_does_not_let_a_refused_file_pass_for_the_paper(client, draft):
    locked_file(draft)
    content = read(client, draft, REVIEW)
    assert "có mật khẩu" in content
    assert "Còn mục chưa xong" in content


@pytest.mark.parametrize(
    ("found", "missing"), [(None, False), (refuse, True), (quarantine, True)], ids=name_of
)
def test_file_counts_as_its_paper_until_it_is_found_unusable(draft, found, missing):
    file = attach(draft, "cccd", checked=False)
    if found:
        found(file)
    assert is_missing(draft) == missing


def test_paper_is_there_once_another_file_was_sent_for_a_refused_one(client, draft):
    locked_file(draft)
    attach(draft, "cccd", image_file())
    assert not is_missing(draft)
    assert LOCKED in read(client, draft)


def test_dossier_is_sent_while_its_files_are_being_checked(draft):
    attach(draft, "cccd", checked=False)
    sent = act(draft, Action.SUBMIT, Role.CITIZEN)
    assert sent.state == State.SUBMITTED
    assert [paper.name for paper in sent.events.get().facts.papers] == ["Ảnh chụp căn cước"]


def test_refused_file_is_not_among_the_papers_that_are_confirmed(draft):
    attach(draft, "cccd")
    refuse(attach(draft, "khac", pdf_file(pages=2), checked=False))
    sent = act(draft, Action.SUBMIT, Role.CITIZEN)
    assert [paper.name for paper in sent.events.get().facts.papers] == ["Ảnh chụp căn cước"]


@pytest.mark.parametrize("name", ["track", "sent"])
def test_file_found_unusable_after_sending_is_named_to_its_sender(client, draft, name):
    file = attach(draft, "cccd", pdf_file("sao-ke.pdf"), checked=False)
    sent = act(draft, Action.SUBMIT, Role.CITIZEN)
    address = reverse(f"dossiers:{name}", args=[sent.tracking_code])
    assert "Có tệp không dùng được" not in client.get(address).content.decode()
    refuse(file)
    content = client.get(address).content.decode()
    assert "Có tệp không dùng được" in content
    assert LOCKED in content


def test_stranger_with_the_code_alone_reads_nothing_of_the_files(client, draft):
    locked_file(draft)
    attach(draft, "cccd", image_file())
    sent = act(draft, Action.SUBMIT, Role.CITIZEN)
    stranger = type(client)()
    course = stranger.get(reverse("dossiers:track", args=[sent.tracking_code])).content.decode()
    assert "sao-ke" not in course


@pytest.mark.parametrize(
    ("found", "status"), [(None, 200), (refuse, 200), (quarantine, 404)], ids=name_of
)
def test_sender_opens_any_own_file_but_one_with_malware(client, draft, found, status):
    file = attach(draft, "cccd", checked=False)
    if found:
        found(file)
    address = reverse("dossiers:file", args=[draft.tracking_code, file.pk])
    response = client.get(address)
    if response.streaming:
        assert b"".join(response.streaming_content).startswith(b"%PDF-")
    assert response.status_code == status
    assert (address in read(client, draft)) == (status == 200)


def test_supplement_page_says_how_the_check_of_a_file_stands(client):
    owner = UserFactory()
    client.force_login(owner)
    dossier = DossierFactory(state=State.SUPPLEMENT, owner=owner)
    address = reverse("dossiers:supplement", args=[dossier.tracking_code])
    file = attach(dossier, "giay-to-khac", pdf_file("sao-ke.pdf"), checked=False)
    assert CHECKING in client.get(address).content.decode()
    refuse(file)
    assert LOCKED in client.get(address).content.decode()
    response = client.post(address, {"note": ""})
    assert response.status_code == 422
    assert "Chưa có gì để gửi" in response.content.decode()


def test_supplement_page_keeps_the_note_while_somebody_looks_how_the_check_stands(client):
    owner = UserFactory()
    client.force_login(owner)
    dossier = DossierFactory(state=State.SUPPLEMENT, owner=owner)
    attach(dossier, "giay-to-khac", checked=False)
    address = reverse("dossiers:supplement", args=[dossier.tracking_code])
    assert 'name="look"' in client.get(address).content.decode()
    response = client.post(address, {"note": "Tôi gửi bản rõ hơn", "look": "1"})
    assert "Tôi gửi bản rõ hơn" in response.content.decode()
    dossier.refresh_from_db()
    assert dossier.state == State.SUPPLEMENT


def test_papers_page_keeps_a_chosen_file_while_somebody_looks_how_the_check_stands(client, draft):
    files = {"look": "1", "tep-cccd": image_file()}
    assert client.post(page(draft, PAPERS), files).url.startswith(page(draft, PAPERS))
    assert draft.attachments.count() == 1


def test_file_of_an_english_page_is_refused_in_english(client, draft):
    locked_file(draft)
    content = client.get("/en" + page(draft, PAPERS)).content.decode()
    assert "has a password. Remove the password" in content


def test_same_file_sent_again_keeps_its_verdict(client, draft):
    file = locked_file(draft)
    client.post(page(draft, PAPERS), {"slot": "cccd", "tep-cccd": pdf_file("sao-ke.pdf")})
    assert draft.attachments.get() == file
    tasks.check_file(file.check_job.pk)
    assert draft.attachments.get().reason == Reason.LOCKED
