"""Staff sessions end, decisions ask for the password again, the admin's door is everybody's."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dossiers.models import Dossier
from dossiers.moves import Action
from dossiers.states import State
from portal.accounts import staff
from tests.dossiers.factories import DossierFactory
from tests.portal.accounts.signing_in import LOGIN, PASSWORD, sign_in

pytestmark = pytest.mark.django_db

ADMIN = reverse("admin:index")


def move_page(dossier: Dossier, action: Action) -> str:
    return reverse("admin:dossiers_dossier_act", args=[dossier.pk, action])


# --- The door ---


def test_admin_door_leads_to_the_one_sign_in_and_back(client, officer):
    opened = client.get(ADMIN, follow=True)
    assert opened.request["PATH_INFO"] == LOGIN
    signed_in = client.post(
        opened.request["PATH_INFO"] + "?" + opened.request["QUERY_STRING"],
        {"login": officer.username, "password": PASSWORD},
        follow=True,
    )
    assert signed_in.request["PATH_INFO"] == ADMIN


def test_sign_in_of_staff_leads_to_the_first_staff_page(client, officer):
    assert sign_in(client, officer).url == ADMIN
    assert client.get(ADMIN).status_code == 200


def test_admin_door_tells_an_account_without_rights_so_and_does_not_loop(client, citizen):
    client.force_login(citizen)
    opened = client.get(ADMIN, follow=True)
    assert opened.status_code == 403
    assert len(opened.redirect_chain) == 1
    assert "không có quyền cán bộ" in opened.content.decode()


def test_admin_door_is_open_to_staff_who_are_signed_in(client, officer):
    client.force_login(officer)
    assert client.get(reverse("admin:login")).url == ADMIN


# --- Sessions ---


def test_staff_session_ends_with_the_browser_and_not_after_fourteen_days(client, officer):
    sign_in(client, officer)
    cookie = client.cookies["sessionid"]
    assert cookie["max-age"] == ""
    assert cookie["httponly"]
    session = Session.objects.get(session_key=cookie.value)
    assert session.expire_date < timezone.now() + timedelta(hours=13)


def test_staff_session_ends_after_half_an_hour_of_idleness(client, officer, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    sign_in(client, officer)
    client.get(ADMIN)
    time_machine.move_to(start + timedelta(minutes=29), tick=False)
    assert client.get(ADMIN).status_code == 200
    time_machine.move_to(start + timedelta(minutes=58), tick=False)
    assert client.get(ADMIN).status_code == 200
    time_machine.move_to(start + timedelta(minutes=89), tick=False)
    ended = client.get(f"{ADMIN}?q=1", follow=True)
    assert ended.request["PATH_INFO"] == LOGIN
    assert QueryDict(ended.request["QUERY_STRING"])["next"] == f"{ADMIN}?q=1"
    assert "Phiên làm việc đã hết" in ended.content.decode()


def test_staff_session_ends_after_twelve_hours_of_work(client, officer, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    sign_in(client, officer)
    for minute in range(0, 12 * 60, 20):
        time_machine.move_to(start + timedelta(minutes=minute), tick=False)
        assert client.get(ADMIN).status_code == 200
    time_machine.move_to(start + timedelta(hours=12, minutes=1), tick=False)
    assert client.get(ADMIN).status_code == 302


def test_session_of_a_citizen_is_not_ended_by_idleness_of_an_hour(client, citizen, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    client.force_login(citizen)
    client.get(reverse("dossiers:mine"))
    time_machine.move_to(start + timedelta(hours=2), tick=False)
    assert client.get(reverse("dossiers:mine")).status_code == 200


def test_staff_session_is_written_at_most_once_a_minute(client, officer, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    sign_in(client, officer)
    client.get(ADMIN)

    def writes() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(ADMIN)
        return len([one for one in captured if 'UPDATE "django_session"' in one["sql"]])

    time_machine.move_to(start + timedelta(seconds=30), tick=False)
    assert [writes(), writes()] == [0, 0]
    time_machine.move_to(start + timedelta(seconds=staff.SEEN_EVERY + 5), tick=False)
    assert [writes(), writes()] == [1, 0]


def test_note_typed_when_the_staff_session_ended_is_there_after_the_sign_in(
    client, officer, time_machine
):
    dossier = DossierFactory()
    page = move_page(dossier, Action.REFUSE)
    sign_in(client, officer)
    client.get(page)
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    client.post(page, {"note": "Thiếu bản chính hộ tịch"})
    opened = sign_in(client, officer, f"{LOGIN}?next={page}", follow=True)
    assert opened.request["PATH_INFO"] == page
    assert "Thiếu bản chính hộ tịch" in opened.content.decode()
    dossier.refresh_from_db()
    assert dossier.state == State.SUBMITTED
    client.post(page, {"note": "Thiếu bản chính hộ tịch"})
    dossier.refresh_from_db()
    assert dossier.state == State.INTAKE_REFUSED


def test_public_page_is_read_on_when_a_staff_session_has_ended(client, officer, time_machine):
    sign_in(client, officer)
    client.get(ADMIN)
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    shown = client.get(reverse("portal:home"))
    assert shown.status_code == 200
    assert not shown.context["user"].is_authenticated


def test_password_typed_when_the_staff_session_ended_is_kept_nowhere(client, officer, time_machine):
    sign_in(client, officer)
    client.get(ADMIN)
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    client.post(reverse("admin:password_change"), {"old_password": PASSWORD})
    assert PASSWORD not in str(dict(client.session))


def test_other_sessions_are_listed_and_ended(client, officer):
    other = Client(HTTP_USER_AGENT="Máy ở quầy")
    sign_in(other, officer)
    sign_in(client, officer)
    assert "Máy ở quầy" in client.get(reverse("usersessions_list")).content.decode()
    client.post(reverse("usersessions_list"))
    assert other.get(ADMIN).status_code == 302
    assert client.get(ADMIN).status_code == 200


# --- A fresh look ---


@pytest.fixture
def leader_hours_later(client, leader, time_machine):
    """A leader at work whose last password is a quarter of an hour old."""
    leader.set_password(PASSWORD)
    leader.save()
    sign_in(client, leader)
    client.get(ADMIN)
    time_machine.move_to(timezone.now() + timedelta(minutes=15))
    return leader


@pytest.mark.parametrize(
    ("action", "state"), [(Action.APPROVE, State.APPROVED), (Action.REJECT, State.REJECTED)]
)
def test_decision_asks_for_the_password_again_and_goes_on(
    client, leader_hours_later, action, state
):
    dossier = DossierFactory(state=State.AWAITING_APPROVAL)
    page = move_page(dossier, action)
    assert client.get(page).status_code == 200
    asked = client.post(page, {"note": "Căn cứ Điều 5"})
    assert asked.status_code == 302
    assert asked.url.startswith(reverse("account_reauthenticate"))
    dossier.refresh_from_db()
    assert dossier.state == State.AWAITING_APPROVAL

    wrong = client.post(asked.url, {"password": "sai", "next": page})
    assert wrong.status_code == 200
    dossier.refresh_from_db()
    assert dossier.state == State.AWAITING_APPROVAL

    client.post(asked.url, {"password": PASSWORD, "next": page})
    dossier.refresh_from_db()
    assert dossier.state == state
    assert dossier.last_event(action).note == "Căn cứ Điều 5"


def test_decision_right_after_the_sign_in_asks_for_nothing(client, leader):
    leader.set_password(PASSWORD)
    leader.save()
    dossier = DossierFactory(state=State.AWAITING_APPROVAL)
    sign_in(client, leader)
    client.post(move_page(dossier, Action.APPROVE), {"note": ""})
    dossier.refresh_from_db()
    assert dossier.state == State.APPROVED


def test_ordinary_move_asks_for_no_password(client, officer, time_machine):
    dossier = DossierFactory()
    sign_in(client, officer)
    client.get(ADMIN)
    time_machine.move_to(timezone.now() + timedelta(minutes=15))
    client.post(move_page(dossier, Action.RECEIVE), {"note": ""})
    dossier.refresh_from_db()
    assert dossier.state == State.RECEIVED


# --- What is asked of everybody ---


def test_other_address_asks_for_the_password_again(client, citizen, time_machine):
    citizen.set_password(PASSWORD)
    citizen.save()
    sign_in(client, citizen)
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    answer = client.post(
        reverse("account_email"), {"action_add": "", "email": "khac@example.vn"}, follow=True
    )
    assert answer.request["PATH_INFO"] == reverse("account_reauthenticate")
    assert not EmailAddress.objects.filter(email="khac@example.vn").exists()


def test_sign_in_leaves_a_line_without_name_or_password(client, officer, caplog):
    caplog.set_level("INFO", logger="portal.accounts")
    client.post(LOGIN, {"login": officer.username, "password": "sai-mat-khau"})
    sign_in(client, officer)
    assert "a sign-in failed" in caplog.text
    assert f"user {officer.pk} signed in" in caplog.text
    assert officer.username not in caplog.text
    assert "sai-mat-khau" not in caplog.text
