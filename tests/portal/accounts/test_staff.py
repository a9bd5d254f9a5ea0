"""Staff sessions end, the second factor is asked for, the admin's door is everybody's."""

from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dossiers.models import Dossier
from dossiers.moves import Action
from dossiers.states import Role, State
from portal.accounts import staff
from tests.dossiers.factories import DossierFactory
from tests.portal.accounts.totp import code_of
from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "mot-mat-khau-dai"
ADMIN = reverse("admin:index")
LOGIN = reverse("account_login")


@pytest.fixture
def officer():
    user = UserFactory(username="motcua", role=Role.DESK)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, user, path: str = LOGIN, follow: bool = False):
    return client.post(path, {"login": user.username, "password": PASSWORD}, follow=follow)


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
    assert signed_in.status_code == 200


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
    ended = client.get(f"{ADMIN}?q=1")
    assert ended.url == f"{LOGIN}?next={ADMIN}%3Fq%3D1"
    assert "Phiên làm việc đã hết" in client.get(ended.url).content.decode()


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
    ended = client.post(page, {"note": "Thiếu bản chính hộ tịch"})
    assert ended.url == f"{LOGIN}?next={page}"
    opened = sign_in(client, officer, ended.url, follow=True)
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


# --- The second factor ---


def test_staff_without_a_second_factor_are_led_to_set_one_up(client, officer, settings):
    settings.STAFF_MFA_REQUIRED = True
    sign_in(client, officer)
    dossier = DossierFactory()
    for page in (ADMIN, reverse("admin:dossiers_dossier_change", args=[dossier.pk])):
        assert client.get(page).url == reverse("mfa_index")
    shown = client.get(reverse("mfa_index")).content.decode()
    assert "Cán bộ phải có lớp xác thực thứ hai" in shown
    assert client.post(reverse("admin:logout")).status_code == 200


def test_citizen_needs_no_second_factor(client, citizen, settings):
    settings.STAFF_MFA_REQUIRED = True
    client.force_login(citizen)
    assert client.get(reverse("dossiers:mine")).status_code == 200


def set_up_totp(client) -> str:
    """Set up an authenticator app as its owner does; return its secret."""
    shown = client.get(reverse("mfa_activate_totp"))
    secret = shown.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    return secret


def test_staff_set_up_an_app_and_sign_in_with_its_code(client, officer, settings, time_machine):
    settings.STAFF_MFA_REQUIRED = True
    sign_in(client, officer)
    secret = set_up_totp(client)
    assert client.get(ADMIN).status_code == 200
    client.logout()

    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    asked = sign_in(client, officer)
    assert asked.url == reverse("mfa_authenticate")
    assert client.get(ADMIN).status_code == 302
    assert client.post(asked.url, {"code": "000000"}).status_code == 200
    assert client.post(asked.url, {"code": code_of(secret)}).url == ADMIN
    assert client.get(ADMIN).status_code == 200


def test_code_of_an_app_is_good_once(client, officer, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    sign_in(client, officer)
    secret = set_up_totp(client)
    time_machine.move_to(timezone.now() + timedelta(minutes=2), tick=False)
    code = code_of(secret)
    used, again = Client(), Client()
    for browser in (used, again):
        sign_in(browser, officer)
        browser.post(reverse("mfa_authenticate"), {"code": code})
    assert used.get(ADMIN).status_code == 200
    assert again.get(ADMIN).status_code == 302


def test_recovery_code_opens_once(client, officer):
    sign_in(client, officer)
    set_up_totp(client)
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    used, again = Client(), Client()
    for browser in (used, again):
        sign_in(browser, officer)
        browser.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert used.get(ADMIN).status_code == 200
    assert again.get(ADMIN).status_code == 302


def test_staff_who_remove_their_last_factor_must_set_one_up_at_once(client, officer, settings):
    settings.STAFF_MFA_REQUIRED = True
    sign_in(client, officer)
    set_up_totp(client)
    assert client.get(ADMIN).status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()
    assert client.get(ADMIN).url == reverse("mfa_index")


def test_reset_command_removes_every_factor_and_ends_all_sessions(client, officer, settings):
    settings.STAFF_MFA_REQUIRED = True
    sign_in(client, officer)
    set_up_totp(client)
    call_command("reset_second_factor", officer.username, stdout=StringIO())
    assert client.get(ADMIN).status_code == 302
    assert sign_in(client, officer).url == ADMIN
    assert client.get(ADMIN).url == reverse("mfa_index")
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "khong-co-ai")


@pytest.mark.django_db(transaction=True)
def test_new_factor_is_told_by_mail_in_our_words(client, officer):
    sign_in(client, officer)
    set_up_totp(client)
    letter = mail.outbox[0]
    assert "Đã cài ứng dụng tạo mã" in letter.subject + letter.body
    assert "You are" not in letter.body


def test_second_factor_pages_have_our_frame(client, officer):
    sign_in(client, officer)
    TOTP.activate(officer, generate_totp_secret())
    for name in (
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "usersessions_list",
        "account_reauthenticate",
        "mfa_reauthenticate",
    ):
        shown = client.get(reverse(name))
        html = shown.content.decode()
        assert 'class="site-header"' in html, name
        assert "no-store" in shown["Cache-Control"], name
        assert "<h1>" in html, name
        for english in ("Security key", "Authenticator", "Code:", "Master key"):
            assert english not in html, name
