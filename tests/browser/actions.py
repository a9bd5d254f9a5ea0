"""What people do on the pages, in the words on the buttons."""

from playwright.sync_api import Page, expect

from dossiers.models import Dossier
from portal.models import User
from tests.dossiers.factories import APPLICANT
from tests.portal.factories import UserFactory

PASSWORD = "mật khẩu để thử 1"  # of people who live as long as a test


def press(page: Page, name: str) -> None:
    """Press the one button or link of that name in the main part of the page."""
    place = page.locator("main, #content").first
    place.get_by_role("button", name=name, exact=True).or_(
        place.get_by_role("link", name=name, exact=True)
    ).first.click()


def fill_applicant(page: Page, delivery: str) -> None:
    page.get_by_label("Họ và tên").fill(APPLICANT["applicant_name"])
    page.get_by_label("Số định danh cá nhân").fill(APPLICANT["citizen_id"])
    page.get_by_label("Số điện thoại").fill("0905 123 456")
    page.get_by_label("Thư điện tử").fill(APPLICANT["email"])
    page.get_by_label("Địa chỉ liên hệ").fill(APPLICANT["address"])
    page.get_by_label(delivery).check()
    press(page, "Lưu và đi tiếp")


def choose(page: Page, slot: str, file) -> None:
    """Choose a file for one paper; it goes with the next button, whichever that is."""
    page.locator(f"#{slot} input[type=file]").set_input_files(
        {"name": file.name, "mimeType": file.content_type, "buffer": file.read()}
    )


def upload(page: Page, slot: str, file) -> None:
    """Choose a file for one paper, press its own button, and look until it is checked."""
    choose(page, slot, file)
    page.locator(f"#{slot}").get_by_role("button", name="Tải lên").click()
    for _look in range(80):
        if page.locator(f"#{slot} .status--done").count():
            return
        page.wait_for_timeout(250)
        press(page, "Xem kết quả kiểm tra")
    raise AssertionError(f"the file for {slot} was never accepted")


def sign_in_staff(page: Page, portal_url: str, role) -> None:
    officer = UserFactory(role=role, full_name=f"Cán bộ {role.label}", title=str(role.label))
    officer.set_password(PASSWORD)
    officer.save()
    sign_in(page, portal_url, officer)


def sign_in(page: Page, portal_url: str, user: User) -> None:
    """Come to the staff pages by the one sign-in, with the password."""
    page.goto(f"{portal_url}/admin/")
    page.locator("#id_login").fill(user.username)
    page.locator("#id_password").fill(PASSWORD)
    press(page, "Đăng nhập")


def open_by_code(page: Page, typed: str) -> None:
    """Use the code box of the admin header, as a scanner does: type, Enter."""
    page.locator("#code-box").fill(typed)
    page.locator("#code-box").press("Enter")


def act(page: Page, action: str, **filled: str) -> None:
    """Press a move's button on the dossier page, fill its form, confirm."""
    press(page, action)
    for name, text in filled.items():
        page.locator(f"[name={name}]").fill(text)
    press(page, action)
    expect(page.get_by_text("Đã làm xong")).to_be_visible()


def the_dossier() -> Dossier:
    return Dossier.objects.get()


def download(page: Page, name: str) -> bytes:
    """Press a download link and return the file, once it can be read."""
    with page.expect_download() as started:
        page.get_by_role("link", name=name).first.click()
    with open(started.value.path(), "rb") as file:
        return file.read()
