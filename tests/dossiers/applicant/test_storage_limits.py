"""What a visitor may store before anything is sent, and how a refusal reads."""

import pytest
from django.test import Client
from django.urls import reverse

from dossiers.applicant import drafts
from dossiers.models import Attachment, Dossier
from dossiers.moves import Action
from dossiers.states import Role, State
from tests.dossiers.factories import APPLICANT, DossierFactory, act, image_file, pdf_file
from tests.services.factories import PaperFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="cccd")
    return service


@pytest.fixture
def draft(client, service) -> Dossier:
    client.post(reverse("dossiers:apply", args=[service.slug]))
    draft = Dossier.objects.get()
    client.post(step(draft, 1), {**APPLICANT, "delivery": "desk"})
    return draft


def step(draft: Dossier, number: int) -> str:
    return reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, number])


def start(client: Client, service):
    """Begin a draft and type something, so that the next beginning is another draft."""
    answer = client.post(reverse("dossiers:apply", args=[service.slug]))
    Dossier.objects.filter(answers={}).update(answers={"noi_dung": "đã điền"})
    return answer


def send_file(client: Client, draft: Dossier, file):
    return client.post(step(draft, 3), {"tep-cccd": file, "slot": "cccd"})


def test_drafts_of_one_browser_are_limited_and_those_there_are_offered(client, service, settings):
    settings.MAX_OPEN_DRAFTS = 2
    assert [start(client, service).status_code for _ in range(3)] == [302, 302, 409]
    page = client.post(reverse("dossiers:apply", args=[service.slug])).content.decode()
    assert "Bạn đang có 2 hồ sơ điền dở" in page
    for draft in Dossier.objects.all():
        assert reverse("dossiers:track", args=[draft.tracking_code]) in page
    assert start(Client(), service).status_code == 302


def test_sent_dossiers_make_room_for_new_drafts(client, service, settings):
    settings.MAX_OPEN_DRAFTS = 1
    assert start(client, service).status_code == 302
    assert start(client, service).status_code == 409
    act(Dossier.objects.get(), Action.SUBMIT, Role.CITIZEN)
    assert start(client, service).status_code == 302


def test_drafts_of_one_network_are_limited_and_the_page_says_why(service, settings):
    settings.DRAFTS_PER_HOUR = 2
    statuses = [start(Client(), service).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]
    refused = Client().post(reverse("dossiers:apply", args=[service.slug]))
    assert "quá nhiều hồ sơ mới" in refused.content.decode()
    assert service.name in refused.content.decode()
    assert start(Client(REMOTE_ADDR="203.113.1.1"), service).status_code == 302
    assert Dossier.objects.count() == 3


def test_second_press_of_start_costs_no_draft(client, service, settings):
    settings.DRAFTS_PER_HOUR = settings.MAX_OPEN_DRAFTS = 1
    address = reverse("dossiers:apply", args=[service.slug])
    assert [client.post(address).status_code for _ in range(3)] == [302] * 3


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ("DOSSIER_MAX_BYTES", "Các tệp của hồ sơ đã nặng"),
        ("BROWSER_MAX_BYTES", "Các hồ sơ điền dở của bạn"),
        ("UPLOAD_BYTES_PER_HOUR", "quá nhiều tệp"),
    ],
)
def test_bytes_are_limited_and_the_files_before_stay(client, draft, settings, limit, sentence):
    first = pdf_file()
    setattr(settings, limit, first.size)
    assert send_file(client, draft, first).status_code == 302
    refused = send_file(client, draft, image_file())
    assert refused.status_code == 422
    assert sentence in refused.content.decode()
    assert [kept.size for kept in draft.attachments.all()] == [first.size]


def test_files_of_one_draft_are_limited_in_number(client, draft, monkeypatch):
    monkeypatch.setattr(drafts, "MAX_FILES", 1)
    send_file(client, draft, pdf_file())
    refused = send_file(client, draft, image_file())
    assert refused.status_code == 422
    assert "Hồ sơ đã có 1 tệp" in refused.content.decode()
    assert Attachment.objects.count() == 1


def test_bytes_of_other_peoples_drafts_count_for_nobody_else(client, draft, settings):
    settings.BROWSER_MAX_BYTES = pdf_file().size
    other = DossierFactory(state=State.DRAFT)
    Attachment.objects.create(dossier=other, slot="a", file="x", name="x", size=10**9, sha256="x")
    assert send_file(client, draft, pdf_file()).status_code == 302
