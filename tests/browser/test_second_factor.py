"""A second factor, set up and used in a real browser with an authenticator of its own."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dossiers.states import Role
from portal.models import User
from tests.browser.actions import PASSWORD, press, sign_in
from tests.browser.conftest import PHONE
from tests.portal.accounts.totp import code_of
from tests.portal.factories import UserFactory

# A telephone that asks for a finger, which is always the right one.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
ADMIN = re.compile(r"/admin/$")


@pytest.fixture
def officer(transactional_db, settings) -> User:
    settings.STAFF_MFA_REQUIRED = True
    user = UserFactory(username="motcua", role=Role.DESK)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Đăng xuất").click()


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_key_of_a_device_is_set_up_and_signs_in(portal_url, visitor, officer):
    page = visitor(javascript=True)
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    sign_in(page, portal_url, officer)
    expect(page.get_by_text("Cán bộ phải có lớp xác thực thứ hai")).to_be_visible()
    assert fits(page)
    press(page, "Thêm khóa")
    page.get_by_label("Đăng nhập không cần mật khẩu").check()
    assert fits(page)
    press(page, "Thêm khóa")
    expect(page.get_by_role("heading", name="Mã dự phòng")).to_be_visible()
    assert fits(page)

    page.goto(f"{portal_url}/admin/")
    expect(page).to_have_url(ADMIN)
    sign_out(page)
    sign_in(page, portal_url, officer)
    expect(page.get_by_role("heading", name="Xác thực lớp thứ hai")).to_be_visible()
    assert fits(page)
    press(page, "Dùng khóa của thiết bị")
    expect(page).to_have_url(ADMIN)

    sign_out(page)
    page.goto(f"{portal_url}/admin/")
    press(page, "Đăng nhập bằng khóa của thiết bị")
    expect(page).to_have_url(ADMIN)
    assert [text for text in refused if "Content Security Policy" in text] == []


def test_key_that_cannot_be_used_is_told_on_the_page(portal_url, visitor):
    """A browser refuses every key where the address is a number, as it does after "cancel"."""
    page = visitor(javascript=True)
    page.goto(portal_url.replace("localhost", "127.0.0.1") + "/tai-khoan/login/")
    expect(page.get_by_role("alert")).to_be_hidden()
    press(page, "Đăng nhập bằng khóa của thiết bị")
    expect(page.get_by_role("alert")).to_contain_text("Chưa dùng được khóa")
    assert fits(page)


def test_app_and_recovery_code_sign_in_without_javascript(
    portal_url, visitor, officer, time_machine
):
    page = visitor()
    sign_in(page, portal_url, officer)
    press(page, "Cài ứng dụng tạo mã")
    assert fits(page)
    secret = page.locator(".second-factor__secret").inner_text()
    page.get_by_label("Mã của ứng dụng").fill(code_of(secret))
    press(page, "Bắt đầu dùng")
    recovery = page.locator(".second-factor__codes li").first.inner_text()

    page.goto(f"{portal_url}/admin/")
    sign_out(page)
    time_machine.move_to(timezone.now() + timedelta(minutes=2))  # a code is good once
    for code in (code_of(secret), recovery):
        sign_in(page, portal_url, officer)
        page.locator("#id_code").fill(code)
        press(page, "Đăng nhập")
        expect(page).to_have_url(ADMIN)
        sign_out(page)

    sign_in(page, portal_url, officer)
    page.locator("#id_code").fill(recovery)
    press(page, "Đăng nhập")
    expect(page.locator("#error-summary")).to_be_visible()
