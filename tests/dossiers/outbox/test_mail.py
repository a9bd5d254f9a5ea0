"""What the applicant is told by mail: every message of the table, as it is sent."""

import html
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from dossiers.models import Event, OutboxJob
from dossiers.moves import MOVES, Action
from dossiers.outbox import mail, queue, tasks
from dossiers.states import Role, State
from tests.dossiers.factories import APPLICANT, DossierFactory, act
from tests.services.factories import ServiceFactory

pytestmark = pytest.mark.django_db

TOLD = [action for action, edge in MOVES.items() if edge.letter]
AWKWARD = "Công ty O'Hara & Đinh <Ba Tơ>"


def mail_about(action: Action, dossier=None, **data) -> OutboxJob:
    """The row for one action, read back from the database, on a dossier of any state."""
    dossier = dossier or DossierFactory()
    event = Event.objects.create(
        dossier=dossier,
        action=action,
        from_state=dossier.state,
        to_state=dossier.state,
        role=Role.DESK,
        note="Bản chụp số 051085001234 bị mờ",
        data={"amount": 150_000, "owed": 150_000, "due_at": None, **data},
    )
    queue.add_letter(Event.objects.get(pk=event.pk), action.move.letter)
    return OutboxJob.objects.get(event=event)


@pytest.mark.parametrize("action", TOLD)
def test_every_mail_has_a_subject_of_one_line_with_the_code(action):
    notification = mail_about(action)

    subject, _body = mail.compose(notification)

    assert notification.event.dossier.tracking_code in subject
    assert len(subject.splitlines()) == 1
    assert len(subject) < 100


@pytest.mark.parametrize("action", TOLD)
def test_every_mail_says_what_to_do_where_to_look_and_whom_to_call(action, settings):
    notification = mail_about(action)

    _subject, body = mail.compose(notification)

    dossier = notification.event.dossier
    assert body.startswith(f"Kính gửi {dossier.applicant_name},\n")
    assert body.count("Việc cần làm: ") == 1
    assert f"Mã tra cứu: {dossier.tracking_code}" in body
    assert settings.SITE_URL + f"/ho-so/{dossier.tracking_code}/" in body
    assert settings.AUTHORITY["phone"] in body
    assert "\n\n\n" not in body
    assert "None" not in body


@pytest.mark.parametrize("action", TOLD)
def test_no_mail_tells_more_of_a_person_than_the_name(action):
    _subject, body = mail.compose(mail_about(action))

    for secret in (
        APPLICANT["citizen_id"],
        APPLICANT["phone"],
        APPLICANT["email"],
        APPLICANT["address"],
        "bị mờ",
    ):
        assert secret not in body


@pytest.mark.parametrize("action", TOLD)
def test_no_mail_escapes_what_is_plain_text(action):
    dossier = DossierFactory(
        applicant_name=AWKWARD, service=ServiceFactory(online=True, name="Cấp & đổi 'giấy'")
    )

    subject, body = mail.compose(mail_about(action, dossier))

    assert AWKWARD in body
    assert "Cấp & đổi 'giấy'" in body
    assert html.unescape(subject + body) == subject + body


@pytest.mark.parametrize("action", TOLD)
def test_line_break_in_any_name_adds_no_header(action, settings, mailoutbox):
    evil = "Ba Tơ\r\nBcc: ke-gian@example.vn"
    settings.AUTHORITY = {**settings.AUTHORITY, "short_name": evil}
    dossier = DossierFactory(
        applicant_name=f"Rin\n\n{evil}", service=ServiceFactory(online=True, name=evil)
    )

    mail.deliver(mail_about(action, dossier))

    message = mailoutbox[0].message()
    assert message["Bcc"] is None
    assert mailoutbox[0].recipients() == [dossier.email]
    assert len(mailoutbox[0].subject.splitlines()) == 1
    assert mailoutbox[0].body.startswith("Kính gửi Rin Ba Tơ Bcc: ke-gian@example.vn,\n")


def test_mail_is_vietnamese_whatever_the_language_of_the_officer():
    notification = mail_about(Action.RECEIVE)

    with translation.override("en"):
        english = mail.compose(notification)

    assert english == mail.compose(notification)
    assert "/en/" not in english[1]


def test_promised_time_is_that_of_the_event_in_local_time():
    due_at = datetime(2026, 3, 5, 17, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))

    _subject, body = mail.compose(mail_about(Action.RECEIVE, due_at=due_at.isoformat()))

    assert "Hẹn trả kết quả lúc 17:00 05/03/2026." in body


def test_dossier_without_a_time_limit_is_promised_no_time():
    _subject, body = mail.compose(mail_about(Action.RECEIVE))

    assert "theo quy định hiện hành" in body


def test_who_can_pay_online_is_asked_to_at_once():
    dossier = DossierFactory(service=ServiceFactory(paid=True))

    _subject, body = mail.compose(mail_about(Action.SUBMIT, dossier))

    assert "nộp phí, lệ phí 100.000 đồng" in body


@pytest.mark.parametrize(
    ("delivery", "what"),
    [("desk", "để nhận kết quả"), ("post", "bưu tá"), ("online", "bản điện tử")],
)
def test_result_is_fetched_where_it_was_asked_for(delivery, what):
    dossier = DossierFactory(state=State.APPROVED, delivery=delivery)

    _subject, body = mail.compose(
        dossier.events.get(action=Action.APPROVE).jobs.filter(channel="mail").get()
    )

    assert what in body


def test_sum_received_is_named():
    _subject, body = mail.compose(mail_about(Action.RECORD_PAYMENT))

    assert "Đã nhận 150.000 đồng" in body


def test_move_that_tells_nothing_writes_no_row():
    dossier = DossierFactory(state=State.RECEIVED)

    dossier = act(dossier, Action.START, Role.CASE)

    assert not dossier.events.get(action=Action.START).jobs.filter(channel="mail").exists()


def test_who_left_no_address_gets_no_mail():
    assert (
        not OutboxJob.objects.filter(channel="mail")
        .filter(event__dossier=DossierFactory(email=""))
        .exists()
    )


def test_mail_sent_is_marked_done(mailoutbox):
    notification = mail_about(Action.RECEIVE)

    tasks.send_mail(notification.pk)

    notification.refresh_from_db()
    assert notification.status == OutboxJob.Status.DONE
    assert mailoutbox[0].to == [APPLICANT["email"]]


def test_mail_sent_twice_can_be_told_as_one_by_its_id(mailoutbox, settings):
    settings.SITE_URL = "https://dichvucong.example.vn:8443"
    notification = mail_about(Action.RECEIVE)

    mail.deliver(notification)
    mail.deliver(notification)

    ids = {message.message()["Message-ID"] for message in mailoutbox}
    assert ids == {f"<notification-{notification.pk}@dichvucong.example.vn>"}
    assert mailoutbox[0].message()["Auto-Submitted"] == "auto-generated"
