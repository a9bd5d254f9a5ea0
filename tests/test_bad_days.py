"""When a part of the portal is gone, really gone.

An honest page, quickly, and nothing lost or half-written.
"""

import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from dossiers.models import Document, OutboxJob
from dossiers.moves import Action
from dossiers.outbox import leases, mail_server, tasks
from dossiers.papers import render
from dossiers.states import Role, State
from payments import ledger
from payments.gateways.base import Outcome
from tests.bad_values import Browser
from tests.dossiers.factories import DossierFactory, act, attach, pdf_file
from tests.payments.factories import message, open_payment, paid_dossier, reloaded
from tests.portal.factories import UserFactory
from tests.services.factories import FormTemplateFactory, PaperFactory, ServiceFactory

SIGN_IN = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def closed_port():
    """A port at which nobody listens."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


@pytest.fixture
def known(transactional_db):
    """A browser whose session the database knows."""
    browser = Browser()
    browser.force_login(UserFactory(is_staff=True, is_superuser=True), backend=SIGN_IN)
    return browser


@pytest.fixture
def lost_database(known, closed_port, monkeypatch):
    """PostgreSQL cannot be reached, as after a crash.

    The old connection is gone, a new one is refused.
    """
    with monkeypatch.context() as patch:
        connection.close()
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        patch.setitem(connection.settings_dict, "PORT", closed_port)
        yield
        connection.close()


# --- PostgreSQL ---


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/dich-vu/",
        "/ho-so-cua-toi/",
        "/ho-so/K7QD-93MX-AT4C/",
        "/khong-co-trang/",
        "/tra-cuu",
        "/admin/",
        "/en/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_its_database_the_portal_says_so_and_when_to_come_back(
    known, lost_database, path, method
):
    response = getattr(known, method)(path)
    if response.status_code in (301, 405):
        return  # needs no database
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "Cổng đang tạm ngừng" in response.content.decode() or path == "/en/"
    assert response["X-Frame-Options"] == "DENY"
    assert "frame-ancestors" in response["Content-Security-Policy"]


def test_middleware_that_loses_the_database_says_so_too(known, lost_database, monkeypatch):
    def ask(*args):
        connection.ensure_connection()

    monkeypatch.setattr(
        "django.contrib.sessions.middleware.SessionMiddleware.process_response", ask
    )
    response = known.get("/gioi-thieu/")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"


def test_without_its_database_the_portal_lives_but_is_not_ready(known, lost_database):
    assert known.get("/suc-khoe/song").status_code == 200
    response = known.get("/suc-khoe/san-sang")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert response.json() == {"status": "error"}


def test_gateway_is_asked_to_call_again_while_the_database_is_lost(known, lost_database):
    assert known.get("/thanh-toan/ipn/?vnp_TxnRef=1").json()["RspCode"] == "99"


# --- Redis ---


@pytest.mark.real_broker
@pytest.mark.django_db(transaction=True)
def test_without_its_broker_everything_goes_on_and_rows_wait(dead_broker, settings):
    started = time.monotonic()
    dossier = paid_dossier()
    payment = open_payment(dossier)
    assert ledger.settle(message(payment)) == Outcome.RECORDED
    for action, role in (
        (Action.RECEIVE, Role.DESK),
        (Action.START, Role.CASE),
        (Action.PROPOSE, Role.CASE),
    ):
        dossier = act(dossier, action, role)
    assert act(dossier, Action.APPROVE, Role.LEADER).state == State.APPROVED
    assert time.monotonic() - started < 5
    assert set(OutboxJob.objects.filter(channel="mail").values_list("letter", "status")) == {
        (name, "waiting") for name in ("submitted", "payment_recorded", "received", "approved")
    }
    assert set(Document.objects.values_list("kind", "job__status")) == {
        (name, "waiting") for name in ("acknowledgement", "fee_receipt", "receipt", "result")
    }


# --- The store ---


@pytest.fixture
def draft(citizen):
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="cccd")
    draft = DossierFactory(service=service, owner=citizen, state=State.DRAFT)
    attach(draft, "cccd")
    return draft


@pytest.mark.django_db
def test_full_store_is_told_at_the_file_and_keeps_the_others(draft, citizen, monkeypatch, settings):
    def full(self, name, content):
        raise OSError(28, "No space left on device")

    before = sorted(Path(settings.MEDIA_ROOT).rglob("*"))
    monkeypatch.setattr(FileSystemStorage, "_save", full)
    browser = Browser()
    browser.force_login(citizen, backend=SIGN_IN)
    path = reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, 3])
    response = browser.post(path, {"slot": "cccd", "tep-cccd": pdf_file(pages=2)})
    assert response.status_code == 422
    assert "Cổng chưa lưu được tệp này" in response.content.decode()
    assert draft.attachments.count() == 1
    assert sorted(Path(settings.MEDIA_ROOT).rglob("*")) == before


@pytest.mark.django_db
def test_file_that_the_store_has_lost_is_not_found(draft, citizen, client):
    client.force_login(citizen, backend=SIGN_IN)
    row = draft.attachments.get()
    stored = Path(row.file.path)
    stored.unlink()
    stored.mkdir()  # there, and cannot be read
    assert (
        client.get(reverse("dossiers:file", args=[draft.tracking_code, row.pk])).status_code == 404
    )


@pytest.mark.django_db
def test_form_whose_file_is_lost_is_not_found(client):
    form = FormTemplateFactory(
        service=ServiceFactory(downloadable=True), file="bieu-mau/khong-con.pdf"
    )
    assert (
        client.get(reverse("services:template", args=[form.service.slug, form.pk])).status_code
        == 404
    )


# --- Mail and papers ---


@pytest.fixture
def dead_mail(settings, closed_port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed_port


@pytest.mark.django_db
def test_while_the_mail_server_is_down_a_mail_waits_and_goes_out_later(
    dead_mail, settings, time_machine, run_queue, monkeypatch
):
    DossierFactory()
    run_queue()
    row = OutboxJob.objects.filter(channel="mail").get()
    assert (row.status, row.attempts) == ("waiting", 1)
    assert "ConnectionRefusedError" in row.error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr(mail_server, "_rests_until", 0.0)  # its rest is over
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    tasks.send_mail(row.pk)
    assert reloaded(row).status == "done"
    assert len(mail.outbox) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/tai-khoan/signup/", "/tai-khoan/password/reset/"])
def test_account_does_not_depend_on_the_mail_server(client, dead_mail, path):
    password = "mot-mat-khau-dai"
    words = {
        "username": "moi",
        "email": "moi@example.vn",
        "password1": password,
        "password2": password,
    }
    response = client.post(path, words, follow=True)
    assert response.status_code == 200
    assert "chưa gửi được thư" in response.content.decode()


@pytest.mark.django_db
def test_paper_that_cannot_be_printed_is_given_up_and_shown_to_staff(
    client, desk_officer, monkeypatch, time_machine, run_queue
):
    def fail(html):
        raise RuntimeError("no glyphs")

    monkeypatch.setattr(render, "to_pdf", fail)
    monkeypatch.setattr(leases, "MAX_ATTEMPTS", 3)
    dossier = DossierFactory()
    run_queue()
    job = OutboxJob.objects.get(channel="paper")
    for _attempt in range(3):
        time_machine.move_to(timezone.now() + timedelta(hours=2))
        tasks.print_paper(job.pk)
    assert reloaded(job).status == "failed"
    client.force_login(desk_officer, backend=SIGN_IN)
    page = client.get(reverse("admin:dossiers_dossier_change", args=[dossier.pk])).content.decode()
    assert reverse("admin:dossiers_dossier_requeue", args=[dossier.pk, job.pk]) in page
