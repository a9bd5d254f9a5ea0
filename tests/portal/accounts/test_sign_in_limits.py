"""How passwords tried at one account slow down, by account and by browser."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from portal.accounts import devices, sign_in_limits
from portal.models import User
from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/tai-khoan/login/"
PASSWORD = "mot-mat-khau-rat-dai"
WAIT = "Hãy thử lại sau"


@pytest.fixture
def user() -> User:
    user = UserFactory(username="rin", email="rin@example.vn")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def clock(time_machine):
    """Return a function that moves the clock on by so many seconds."""
    moment = timezone.now()
    time_machine.move_to(moment, tick=False)

    def move(seconds: float) -> None:
        nonlocal moment
        moment += timedelta(seconds=seconds)
        time_machine.move_to(moment, tick=False)

    return move


def try_password(client: Client, name: str, password: str = "sai") -> str:
    """Return "in", "wrong" or "wait"."""
    answer = client.post(LOGIN, {"login": name, "password": password})
    if answer.status_code == 302:
        return "in"
    return "wait" if WAIT in answer.content.decode() else "wrong"


def test_tries_at_one_account_slow_down_up_to_five_minutes(user, clock):
    for wait in (0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300):
        assert try_password(Client(), "rin") == "wrong"
        if wait:
            clock(wait - 1)
            assert try_password(Client(), "rin", PASSWORD) == "wait"
            clock(1)


@pytest.mark.parametrize(
    "name", ["rin", "RIN", " rin ", "rin@example.vn", "Rin@Example.VN", "rin@example.vn "]
)
def test_spelling_buys_no_tries(user, name):
    for spelling in ("rin", "Rin", "rin@example.vn"):
        assert try_password(Client(), spelling) == "wrong"
    assert try_password(Client(), name, PASSWORD) == "wait"


def test_account_that_does_not_exist_slows_down_the_same(user):
    def course(name: str) -> list[str]:
        return [try_password(Client(), name) for _ in range(5)]

    assert course("rin") == course("khong-co-ai") == course("khong@co.ai")
    for spelling in ("ＫＨÔNG", "không", "KHÔNG"):
        assert try_password(Client(), spelling) == "wrong"
    assert try_password(Client(), "không") == "wait"


def test_account_that_does_not_exist_hashes_as_many_passwords(user, monkeypatch):
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda *given: hashed.append(given) or encode(*given)
    )
    try_password(Client(), "rin")
    known = len(hashed)
    try_password(Client(), "khong-co-ai")
    assert len(hashed) == 2 * known


def test_right_password_makes_the_wrong_ones_forgotten(user):
    for _turn in range(2):
        try_password(Client(), "rin")
    assert try_password(Client(), "rin", PASSWORD) == "in"
    assert [try_password(Client(), "rin") for _ in range(3)] == ["wrong"] * 3


def test_right_password_in_a_known_browser_buys_strangers_no_tries(user):
    own = Client()
    try_password(own, "rin", PASSWORD)
    own.post("/tai-khoan/logout/")
    for _turn in range(3):
        try_password(Client(), "rin")
    assert try_password(own, "rin", PASSWORD) == "in"
    assert try_password(Client(), "rin") == "wait"


def test_known_browser_slows_down_by_itself(user):
    own = Client()
    try_password(own, "rin", PASSWORD)
    own.post("/tai-khoan/logout/")
    assert [try_password(own, "rin") for _ in range(4)] == ["wrong"] * 3 + ["wait"]
    assert try_password(Client(), "rin", PASSWORD) == "in"


def test_known_browser_is_known_to_its_own_account_alone(user):
    other = UserFactory(username="xoi")
    own = Client()
    try_password(own, "rin", PASSWORD)
    own.post("/tai-khoan/logout/")
    for _turn in range(3):
        try_password(Client(), other.username)
    assert try_password(own, other.username) == "wait"


@pytest.mark.parametrize("spoiled", ["", "x", "[]", "a:b:c"])
def test_device_cookie_that_is_not_ours_makes_no_browser_known(user, spoiled):
    for _turn in range(3):
        try_password(Client(), "rin")
    client = Client()
    client.cookies[django_settings.DEVICE_COOKIE_NAME] = spoiled
    assert try_password(client, "rin", PASSWORD) == "wait"


def test_device_cookie_is_kept_from_scripts_and_other_sites(user):
    client = Client()
    try_password(client, "rin", PASSWORD)
    cookie = client.cookies[django_settings.DEVICE_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert not cookie["domain"]
    assert int(cookie["max-age"]) == devices.MAX_AGE_SECONDS
    assert "rin" not in cookie.value


def test_device_cookie_is_secure_with_https(user, settings):
    settings.HTTPS = True
    client = Client()
    try_password(client, "rin", PASSWORD)
    assert client.cookies[django_settings.DEVICE_COOKIE_NAME]["secure"]


def test_device_cookie_of_a_shared_machine_stays_small(user, rf):
    client = Client()
    for turn in range(devices.MAX_ACCOUNTS + 5):
        someone = UserFactory(username=f"nguoi-muon-may-{turn}")
        someone.set_password(PASSWORD)
        someone.save()
        try_password(client, someone.username, PASSWORD)
        client.post("/tai-khoan/logout/")
    cookie = client.cookies[django_settings.DEVICE_COOKIE_NAME].value
    assert len(cookie) < 1000
    kept = dict(signing.loads(cookie, salt="portal.accounts.devices"))
    assert len(kept) == devices.MAX_ACCOUNTS
    assert str(someone.pk) in kept


def test_wrong_password_sets_no_device_cookie(user):
    client = Client()
    try_password(client, "rin")
    assert django_settings.DEVICE_COOKIE_NAME not in client.cookies


def test_owner_locked_out_on_a_new_machine_gets_in_by_mail(user, settings):
    for _turn in range(20):
        try_password(Client(), "rin")
    client = Client()
    assert try_password(client, "rin", PASSWORD) == "wait"
    client.post("/tai-khoan/password/reset/", {"email": "rin@example.vn"})
    [link] = [word for word in mail.outbox[-1].body.split() if "/reset/key/" in word]
    page = client.get("/" + link.split("/", 3)[3], follow=True)
    new = "mat-khau-moi-rat-dai"
    answer = client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert answer.status_code == 302
    assert "_auth_user_id" in client.session
    client.post("/tai-khoan/logout/")
    for _turn in range(5):
        try_password(Client(), "rin")
    assert try_password(client, "rin", new) == "in"


def test_limits_of_allauth_know_the_address_behind_the_proxy(user, settings):
    settings.TRUSTED_PROXIES = 1
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}

    def from_address(address: str) -> int:
        client = Client(HTTP_X_FORWARDED_FOR=f"6.6.6.6, {address}")
        return client.post(LOGIN, {"login": "ai-do", "password": "sai"}).status_code

    assert [from_address("203.113.1.1") for _ in range(3)] == [200, 200, 429]
    assert from_address("203.113.1.2") == 200


def test_account_that_shares_its_address_with_another_is_found_by_its_name(user):
    other = UserFactory(username="xoi", email=user.email)
    found = sign_in_limits.find_user({"username": "xoi", "email": user.email})
    assert found == other
