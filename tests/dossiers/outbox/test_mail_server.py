"""A mail server that fails is left alone for a while, and one refused address is no failure."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from django.utils import timezone

from dossiers.models import OutboxJob
from dossiers.outbox import mail, mail_server, schedule, tasks
from tests.dossiers.factories import DossierFactory

pytestmark = pytest.mark.django_db

ADDRESS = "rin@example.vn"
SERVER_FAULTS = [
    TimeoutError("timed out"),
    ConnectionRefusedError("refused"),
    smtplib.SMTPServerDisconnected("please run connect() first"),
    smtplib.SMTPConnectError(421, b"too busy"),
    smtplib.SMTPAuthenticationError(535, b"no"),
    smtplib.SMTPRecipientsRefused({ADDRESS: (421, b"closing")}),
]
REFUSALS = [
    smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no such mailbox")}),
    smtplib.SMTPRecipientsRefused({ADDRESS: (451, b"try again later")}),
    smtplib.SMTPDataError(552, b"too large"),
    smtplib.SMTPSenderRefused(550, b"who are you", "from@example.vn"),
]


@pytest.fixture(autouse=True)
def words(monkeypatch):
    monkeypatch.setattr(mail, "compose", lambda row: ("Về hồ sơ", "Xin chào."))


@pytest.fixture
def asked(monkeypatch) -> list:
    """A mail server that fails with the error in `asked.error`; holds what it was asked."""

    class Asked(list):
        error: Exception = TimeoutError("timed out")

    calls = Asked()

    def send(message, *args, **options):
        calls.append(message)
        raise calls.error

    monkeypatch.setattr(EmailMessage, "send", send)
    return calls


@pytest.fixture
def letters() -> list[OutboxJob]:
    for _dossier in range(3):
        DossierFactory()
    return list(OutboxJob.objects.filter(channel="mail").order_by("pk"))


@pytest.mark.parametrize("error", SERVER_FAULTS, ids=lambda error: type(error).__name__)
def test_mail_server_that_failed_is_asked_once(asked, letters, error):
    asked.error = error
    for letter in letters:
        tasks.send_mail(letter.pk)
    assert len(asked) == 1


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: type(error).__name__)
def test_mail_server_that_refused_one_mail_is_asked_for_the_next(asked, letters, error):
    asked.error = error
    for letter in letters:
        tasks.send_mail(letter.pk)
    assert len(asked) == 3


def test_mail_met_while_the_server_is_left_alone_counts_no_attempt_and_waits(
    asked, letters, time_machine
):
    for letter in letters:
        tasks.send_mail(letter.pk)
    waiting = list(OutboxJob.objects.filter(channel="mail").order_by("pk"))
    assert [job.attempts for job in waiting] == [1, 0, 0]
    assert {job.status for job in waiting} == {"waiting"}
    assert {job.enqueued_at for job in waiting} == {None}
    OutboxJob.objects.filter(channel="paper").update(status="done")
    assert schedule.sweep() == 0
    time_machine.move_to(timezone.now() + timedelta(seconds=mail_server.REST_SECONDS + 1))
    assert schedule.sweep() == 3


def test_mail_server_is_asked_again_after_its_rest(asked, letters, monkeypatch, time_machine):
    tasks.send_mail(letters[0].pk)
    monkeypatch.undo()
    monkeypatch.setattr(mail_server, "_rests_until", 0.0)  # the rest is over
    tasks.send_mail(letters[1].pk)
    assert [one.to for one in django_mail.outbox] == [[letters[1].recipient]]


def test_rest_of_the_mail_server_is_logged_without_the_person(asked, letters, caplog):
    for letter in letters:
        tasks.send_mail(letter.pk)
    assert caplog.text.count("mail server left alone") == 1
    assert letters[0].recipient not in caplog.text


def test_page_that_sends_mail_does_not_ask_a_server_that_failed_a_moment_ago(
    asked, letters, client
):
    tasks.send_mail(letters[0].pk)
    password = "mot-mat-khau-dai"
    form = {
        "username": "moi",
        "email": "moi@example.vn",
        "password1": password,
        "password2": password,
    }
    response = client.post("/tai-khoan/signup/", form, follow=True)
    assert response.status_code == 200
    assert "chưa gửi được thư" in response.content.decode()
    assert len(asked) == 1
