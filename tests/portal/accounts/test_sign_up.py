"""Signing up: it tells nobody who has an account, and shuts nobody out who had one before."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from dossiers.outbox import mail_server
from dossiers.states import Role
from portal import schedule
from portal.models import User
from tests.dossiers.factories import DossierFactory
from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db

SIGNUP, LOGIN, VERIFY = "/tai-khoan/signup/", "/tai-khoan/login/", "/tai-khoan/confirm-email/"
PASSWORD = "mot-mat-khau-rat-dai"
NEW, TAKEN = "hre@example.vn", "rin@example.vn"


@pytest.fixture(autouse=True)
def _no_rates():
    cache.clear()


@pytest.fixture
def taken() -> User:
    return UserFactory(username="rin", email=TAKEN)


def sign_up(client: Client, email: str = NEW, password: str = PASSWORD):
    return client.post(SIGNUP, {"email": email, "password1": password, "password2": password})


def sign_in(client: Client, name: str):
    return client.post(LOGIN, {"login": name, "password": PASSWORD})


def code_in(letter) -> str:
    [code] = re.findall(r"^[A-Z0-9-]{6,}$", letter.body, re.M)
    return code


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def with_password(**fields) -> User:
    user = UserFactory(**fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def test_sign_up_asks_no_user_name(client):
    page = client.get(SIGNUP).content.decode()
    assert 'name="email"' in page
    assert 'name="username"' not in page


def test_sign_up_is_done_with_the_code_in_the_mail(client):
    answer = sign_up(client)
    assert (answer.status_code, answer.url) == (302, VERIFY)
    assert not is_signed_in(client)
    page = client.get(VERIFY).content.decode()
    assert "<h1>Nhập mã trong thư</h1>" in page
    assert NEW in page
    [letter] = mail.outbox
    assert letter.to == [NEW]
    welcome = client.post(VERIFY, {"code": code_in(letter)}, follow=True).content.decode()
    assert is_signed_in(client)
    user = User.objects.get()
    assert f"Bạn đã đăng nhập bằng tài khoản {NEW}." in welcome
    assert user.username not in welcome
    assert EmailAddress.objects.get(user=user).verified
    assert "hre" not in user.username


def test_sign_up_mail_is_in_our_words_and_from_the_authority(client):
    sign_up(client)
    [letter] = mail.outbox
    assert "Hãy nhập mã vào trang đang mở" in letter.body
    assert "Ủy ban nhân dân huyện Ba Tơ" in letter.body
    assert "Please" not in letter.body
    assert "testserver" not in letter.body
    assert User.objects.get().username not in letter.body


def test_sign_up_answers_the_same_for_an_address_that_has_an_account(client, taken):
    """Answer for answer, page for page; only the mails differ, and they go to the owner."""
    pages = []
    for email in (NEW, TAKEN):
        browser = Client()
        answer = sign_up(browser, email)
        page = browser.get(VERIFY).content.decode()
        wrong = browser.post(VERIFY, {"code": "AAAAAA"}).content.decode()
        cache.clear()
        again = browser.post(VERIFY, {"action": "resend"})
        pages.append(
            [
                (answer.status_code, answer.url, again.status_code, again["Location"]),
                *(re.sub(r'value="\w{64}"', "", text.replace(email, "")) for text in (page, wrong)),
            ]
        )
    assert pages[0] == pages[1]
    assert {letter.to[0] for letter in mail.outbox} == {NEW, TAKEN}
    [to_owner] = [letter for letter in mail.outbox if letter.to == [TAKEN]]
    assert "/tai-khoan/password/reset/" in to_owner.body
    assert User.objects.filter(email=TAKEN).count() == 1


def test_sign_up_hashes_as_many_passwords_for_an_address_that_has_an_account(taken, monkeypatch):
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda *given: hashed.append(given) or encode(*given)
    )
    sign_up(Client(), TAKEN)
    for_taken = len(hashed)
    sign_up(Client(), NEW)
    assert len(hashed) == 2 * for_taken > 0


def test_sign_up_with_a_mistyped_address_is_begun_again(client):
    sign_up(client, "go-nham@example.vn")
    assert client.get(SIGNUP).url == VERIFY
    page = client.get(VERIFY).content.decode()
    assert "Dùng địa chỉ thư khác" in page
    assert client.post("/tai-khoan/logout/", {"next": SIGNUP}).url == SIGNUP
    assert client.get(SIGNUP).status_code == 200
    assert sign_up(client).url == VERIFY


def test_sign_up_without_a_confirmed_address_signs_nobody_in(client):
    sign_up(client)
    other = Client()
    assert sign_in(other, NEW).url == VERIFY
    assert not is_signed_in(other)


def test_sign_up_goes_on_at_the_next_sign_in_when_the_browser_was_closed(client):
    sign_up(client)
    later = Client()
    sign_in(later, NEW)
    assert len(mail.outbox) == 2
    later.post(VERIFY, {"code": code_in(mail.outbox[-1])})
    assert is_signed_in(later)


def test_sign_up_while_the_mail_server_is_down_says_so_and_loses_nothing(
    client, settings, monkeypatch
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = client.post(
        SIGNUP, {"email": NEW, "password1": PASSWORD, "password2": PASSWORD}, follow=True
    ).content.decode()
    assert "Máy chủ thư đang trục trặc" in page
    assert "Đã gửi" not in page
    assert "Gửi lại mã" in page
    assert User.objects.filter(email=NEW).exists()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()
    monkeypatch.setattr(mail_server, "_rests_until", 0.0)  # its rest is over
    client.post(VERIFY, {"action": "resend"})
    client.post(VERIFY, {"code": code_in(mail.outbox[-1])})
    assert is_signed_in(client)


@pytest.mark.parametrize("email", ["", "motcua@example.vn"])
@pytest.mark.parametrize("role", [Role.DESK, None])
def test_people_made_in_the_admin_sign_in_with_their_name_and_password(client, role, email):
    user = with_password(username="motcua", role=role, email=email)
    sign_in(client, "motcua")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_staff_sign_in_though_somebody_asked_for_a_new_password(client):
    with_password(username="motcua", role=Role.DESK)
    Client().post("/tai-khoan/password/reset/", {"email": "motcua@example.vn"})
    sign_in(client, "motcua")
    assert is_signed_in(client)


@pytest.mark.parametrize("door", [SIGNUP, "/tai-khoan/password/reset/"])
def test_strangers_keep_nobody_from_an_account_made_in_the_admin(door, time_machine):
    user = with_password(username="nga", email="nga@example.vn")
    Client().post(door, {"email": "nga@example.vn", "password1": PASSWORD, "password2": PASSWORD})
    owner = Client()
    sign_in(owner, "nga")
    assert is_signed_in(owner)

    User.objects.update(last_login=None)
    time_machine.move_to(timezone.now() + timedelta(days=30))
    schedule.forget_unconfirmed_accounts()
    assert User.objects.filter(pk=user.pk).exists()


def test_whoever_has_signed_in_before_needs_no_mail(client):
    user = with_password(username="rin", email=TAKEN, last_login=timezone.now())
    EmailAddress.objects.create(user=user, email=TAKEN, verified=False, primary=True)
    sign_in(client, "rin")
    assert is_signed_in(client)


def test_sign_up_of_somebody_elses_address_is_taken_over_by_its_owner_with_a_new_password():
    sign_up(Client(), NEW, "mat-khau-cua-nguoi-la")
    owner = Client()
    owner.post("/tai-khoan/password/reset/", {"email": NEW})
    [link] = [word for word in mail.outbox[-1].body.split() if "/reset/key/" in word]
    page = owner.get("/" + link.split("/", 3)[3], follow=True)
    owner.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert is_signed_in(owner)
    assert EmailAddress.objects.get().verified


def test_unconfirmed_sign_ups_are_forgotten_and_nobody_else(client, settings, time_machine):
    sign_up(client)
    forgotten = User.objects.get()
    with_password(username="motcua", role=Role.DESK)
    made_in_the_admin = UserFactory(username="moi")
    confirmed = UserFactory(username="xac-nhan")
    EmailAddress.objects.create(user=confirmed, email=confirmed.email, verified=True)
    owner = UserFactory(username="chu-ho-so")
    EmailAddress.objects.create(user=owner, email=owner.email, verified=False)
    dossier = DossierFactory(owner=owner)

    assert schedule.forget_unconfirmed_accounts() == 0
    time_machine.move_to(timezone.now() + timedelta(days=settings.UNCONFIRMED_KEEP_DAYS + 1))
    assert schedule.forget_unconfirmed_accounts() == 1
    assert not User.objects.filter(pk=forgotten.pk).exists()
    dossier.refresh_from_db()
    assert dossier.owner == owner
    assert User.objects.filter(pk=made_in_the_admin.pk).exists()
    assert sign_up(Client()).status_code == 302
