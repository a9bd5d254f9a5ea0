"""A second factor: asked of staff, set up, used, lost."""

from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.dossiers.factories import DossierFactory
from tests.portal.accounts.signing_in import sign_in
from tests.portal.accounts.totp import code_of

pytestmark = pytest.mark.django_db

ADMIN = reverse("admin:index")


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


@pytest.mark.parametrize("door", ["/tai-khoan/signup/", "/tai-khoan/password/reset/"])
def test_second_factor_is_set_up_though_a_stranger_typed_the_address(client, officer, door):
    typed = {"email": officer.email, "password1": "mot-hai-ba-bon", "password2": "mot-hai-ba-bon"}
    assert Client().post(door, typed).status_code == 302
    sign_in(client, officer)
    set_up_totp(client)
    assert Authenticator.objects.filter(user=officer).exists()


def test_codes_slow_down_and_the_right_one_waits_too(client, officer, time_machine):
    moment = timezone.now()
    time_machine.move_to(moment, tick=False)
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    asked = sign_in(client, officer).url
    answers = [client.post(asked, {"code": f"{code:06}"}).content.decode() for code in range(20)]
    assert sum("Hãy thử lại sau" in answer for answer in answers) == 17

    assert client.post(asked, {"code": code_of(secret)}).status_code == 200
    time_machine.move_to(moment + timedelta(seconds=3), tick=False)
    assert client.post(asked, {"code": code_of(secret)}).url == ADMIN


def test_guessed_codes_do_not_keep_the_owner_out_of_a_known_browser(client, officer, time_machine):
    moment = timezone.now()
    time_machine.move_to(moment, tick=False)
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    asked = sign_in(client, officer).url
    assert client.post(asked, {"code": code_of(secret)}).url == ADMIN
    client.logout()

    stranger = Client()
    sign_in(stranger, officer)
    for code in range(5):
        stranger.post(asked, {"code": f"{code:06}"})
    time_machine.move_to(moment + timedelta(minutes=1), tick=False)
    sign_in(client, officer)
    assert client.post(asked, {"code": code_of(secret)}).url == ADMIN


def test_codes_asked_again_slow_down_as_well(client, officer, time_machine):
    moment = timezone.now()
    time_machine.move_to(moment, tick=False)
    sign_in(client, officer)
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    time_machine.move_to(moment + timedelta(minutes=11), tick=False)
    again = reverse("mfa_reauthenticate")
    answers = [client.post(again, {"code": f"{code:06}"}).content.decode() for code in range(9)]
    assert sum("Hãy thử lại sau" in answer for answer in answers) == 6


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


def test_keys_of_many_people_behind_one_address_are_all_looked_at(client):
    for _person in range(30):
        answer = client.post(reverse("mfa_login_webauthn"), {"credential": "{}"})
        assert answer.url == reverse("account_login")


def test_key_from_what_is_no_address_is_looked_at(client):
    browser = Client(REMOTE_ADDR="not an address")
    answer = browser.post(reverse("mfa_login_webauthn"), {"credential": "{}"})
    assert answer.url == reverse("account_login")


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


@pytest.mark.parametrize("name", ["mfa_add_webauthn", "mfa_login_webauthn"])
@pytest.mark.parametrize("credential", ["", "9" * 5000, "[" * 5000, '{"id": 1}', "[]", "\x00"])
def test_answer_of_a_key_that_is_none_is_refused_with_a_page(client, officer, name, credential):
    if name == "mfa_add_webauthn":
        sign_in(client, officer)
    assert client.post(reverse(name), {"credential": credential}).status_code in (200, 302)


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
