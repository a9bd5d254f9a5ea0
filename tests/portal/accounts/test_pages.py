"""Signing in and up, in our frame and words."""

import pytest
from django.core import mail

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/tai-khoan/login/", "Đăng nhập"),
        ("/tai-khoan/signup/", "Tạo tài khoản"),
        ("/tai-khoan/password/reset/", "Quên mật khẩu"),
        ("/tai-khoan/password/reset/done/", "Hãy xem hộp thư của bạn"),
        ("/tai-khoan/password/reset/key/1-bad-key/", "Đặt mật khẩu mới"),
    ],
)
def test_account_pages_speak_our_words(client, path, heading):
    response = client.get(path)
    assert response.status_code == 200
    assert f"<h1>{heading}</h1>" in response.content.decode()


@pytest.mark.parametrize(
    "path", ["/tai-khoan/email/", "/tai-khoan/password/change/", "/tai-khoan/logout/"]
)
def test_account_pages_of_people_who_signed_in_have_our_frame(client, citizen, path):
    client.force_login(citizen)
    html = client.get(path).content.decode()
    assert 'class="site-header"' in html
    assert "Hồ sơ của tôi" in html


def test_login_tells_a_wrong_password_on_top_with_the_focus(client, citizen):
    response = client.post("/tai-khoan/login/", {"login": citizen.username, "password": "sai"})
    html = response.content.decode()
    assert response.status_code == 200
    assert 'id="error-summary"' in html
    assert "autofocus" in html


def test_signup_errors_link_to_their_field(client):
    html = client.post("/tai-khoan/signup/", {"email": ""}).content.decode()
    assert 'href="#id_email"' in html
    assert 'id="id_email"' in html


def test_password_reset_sends_a_mail(client, citizen):
    client.post("/tai-khoan/password/reset/", {"email": citizen.email})
    assert [letter.to for letter in mail.outbox] == [[citizen.email]]
