"""Every page a citizen meets.

No fault that axe can find, nothing wider than a phone, light on a bad line.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from dossiers.models import Dossier
from dossiers.states import State
from tests.browser.actions import PASSWORD, fill_applicant, press
from tests.browser.conftest import DESKTOP
from tests.dossiers.factories import DossierFactory
from tests.portal.accounts.totp import code_of
from tests.portal.factories import UserFactory
from tests.services.factories import PaperFactory, ServiceFactory

NARROWEST = {"width": 320, "height": 640}
BTS = "cap-giay-phep-xay-dung-tram-bts-loai-ii"
PUBLIC = {
    "home": "/",
    "about": "/gioi-thieu/",
    "list": "/dich-vu/",
    "nothing found": "/dich-vu/?q=zzzz",
    "online list": "/dich-vu/muc-do-3-4/",
    "offline list": "/dich-vu/muc-do-1-2/",
    "level 1": "/dich-vu/hoa-giai-tranh-chap-dat-dai/",
    "level 2": "/dich-vu/chung-thuc-chu-ky/",
    "level 4": f"/dich-vu/{BTS}/",
    "start": f"/nop-ho-so/{BTS}/",
    "lookup": "/tra-cuu/",
    "sign in": "/tai-khoan/login/",
    "sign up": "/tai-khoan/signup/",
    "not found": "/khong-co-trang-nay/",
    "in English": "/en/",
}


def faults(page: Page) -> list[str]:
    """Return what axe finds on the page, one line a fault."""
    violations = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {node['target']}" for fault in violations for node in fault["nodes"]]


def is_wider_than_the_screen(page: Page) -> bool:
    return page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


def look(page: Page) -> None:
    """Hold one page against both rules – with its stylesheets, or it would prove nothing."""
    assert (
        page.evaluate("[...document.styleSheets].filter(sheet => sheet.cssRules.length > 0).length")
        >= 2
    )
    assert faults(page) == []
    assert not is_wider_than_the_screen(page)


@pytest.fixture
def reader(visitor) -> Page:
    """Somebody on the smallest of telephones; axe itself is a script."""
    return visitor(viewport=NARROWEST, javascript=True)


def test_public_pages_have_no_fault_and_fit_the_smallest_screen(portal_url, reader):
    for path in PUBLIC.values():
        reader.goto(portal_url + path)
        look(reader)


def test_pages_of_sending_have_no_fault_and_fit_the_smallest_screen(portal_url, reader):
    reader.goto(f"{portal_url}/nop-ho-so/{BTS}/")
    press(reader, "Bắt đầu")
    look(reader)
    press(reader, "Lưu và đi tiếp")
    expect(reader.locator(".error-summary")).to_be_focused()
    look(reader)
    fill_applicant(reader, "Nhận tại Bộ phận Một cửa")
    draft = Dossier.objects.get()
    for number in range(2, 8):
        reader.goto(portal_url + reverse("dossiers:fill", args=[BTS, draft.tracking_code, number]))
        look(reader)


@pytest.mark.parametrize(
    "state", [State.SUBMITTED, State.SUPPLEMENT, State.AWAITING_PAYMENT, State.DELIVERED]
)
def test_dossier_has_no_fault_and_fits_whoever_looks(portal_url, reader, state):
    service = ServiceFactory(paid=True, name="Cấp giấy có tên rất dài để thử một trang hẹp đến đâu")
    PaperFactory(service=service)
    dossier = DossierFactory(state=state, service=service)
    reader.goto(portal_url + dossier.get_absolute_url())
    look(reader)
    reader.locator("#id_xac_minh").fill("3456")
    press(reader, "Mở hồ sơ")
    look(reader)
    for name in ("sent", "supplement", "withdraw"):
        reader.goto(portal_url + reverse(f"dossiers:{name}", args=[dossier.tracking_code]))
        look(reader)


def test_paying_has_no_fault_and_fits(portal_url, reader):
    dossier = DossierFactory(service=ServiceFactory(paid=True))
    reader.goto(portal_url + reverse("payments:checkout", args=[dossier.tracking_code]))
    look(reader)
    press(reader, "Thanh toán")
    look(reader)
    reader.locator("main button").first.click()
    look(reader)


def test_ones_own_dossiers_have_no_fault_and_fit(portal_url, visitor):
    citizen = UserFactory()
    citizen.set_password("mật khẩu để thử 1")
    citizen.save()
    for state in (State.DRAFT, State.SUBMITTED):
        DossierFactory(owner=citizen, state=state, service=ServiceFactory(online=True))
    page = visitor(viewport=DESKTOP, javascript=True)
    page.goto(f"{portal_url}/tai-khoan/login/?next=/ho-so-cua-toi/")
    page.locator("#id_login").fill(citizen.username)
    page.locator("#id_password").fill("mật khẩu để thử 1")
    press(page, "Đăng nhập")
    expect(page.locator("h1")).to_have_text("Hồ sơ của tôi")
    look(page)


def test_pages_of_security_have_no_fault_and_fit_the_smallest_screen(portal_url, reader):
    citizen = UserFactory()
    citizen.set_password(PASSWORD)
    citizen.save()
    reader.goto(f"{portal_url}/tai-khoan/login/?next={reverse('mfa_index')}")
    reader.locator("#id_login").fill(citizen.username)
    reader.locator("#id_password").fill(PASSWORD)
    press(reader, "Đăng nhập")
    look(reader)
    reader.goto(portal_url + reverse("mfa_activate_totp"))
    look(reader)
    secret = reader.locator(".second-factor__secret").inner_text()
    reader.get_by_label("Mã của ứng dụng").fill(code_of(secret))
    press(reader, "Bắt đầu dùng")
    look(reader)
    for name in (
        "mfa_index",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_deactivate_totp",
        "usersessions_list",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "admin:login",
    ):
        reader.goto(portal_url + reverse(name))
        look(reader)


def test_unlock_page_has_no_fault_and_fits_the_smallest_screen(portal_url, reader):
    draft = DossierFactory(state=State.DRAFT)
    reader.goto(f"{portal_url}/nop-ho-so/{draft.service.slug}/{draft.tracking_code}/2/")
    expect(reader.get_by_text("Hồ sơ này đã đóng trên máy này")).to_be_visible()
    look(reader)


def test_keyboard_alone_reaches_the_content_and_every_field(portal_url, visitor):
    page = visitor(javascript=True)
    page.goto(f"{portal_url}/nop-ho-so/{BTS}/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_no_page_asks_for_a_script_or_for_anything_from_elsewhere(portal_url, visitor):
    page, asked = visitor(javascript=True), []
    page.on("request", lambda request: asked.append((request.resource_type, request.url)))
    for name, path in PUBLIC.items():
        if name != "sign in":  # device keys speak through a script
            page.goto(portal_url + path)
    assert not {kind for kind, _url in asked} & {"script", "font", "xhr", "fetch"}
    assert all(url.startswith(portal_url) for _kind, url in asked)
