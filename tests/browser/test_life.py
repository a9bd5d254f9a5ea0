"""The main job, end to end, as people do it."""

import io
import re

import pypdf
from playwright.sync_api import Page, expect

from dossiers.models import OutboxJob
from dossiers.states import Role, State
from tests.browser.actions import (
    act,
    choose,
    download,
    fill_applicant,
    open_by_code,
    press,
    sign_in_staff,
    the_dossier,
    upload,
)
from tests.browser.conftest import DESKTOP
from tests.dossiers.factories import image_file, pdf_file


def text_of(pdf: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
    )


def answer_everything(page: Page, answers: dict[str, str]) -> None:
    """Fill one step: texts from `answers` by label, else a word.

    The first option of every choice.
    """
    for box in (
        page.locator("main form").locator("input[type=text], input[type=email], textarea").all()
    ):
        label = page.locator(f"label[for={box.get_attribute('id')}]").first.inner_text()
        typed = next((text for part, text in answers.items() if part in label), None)
        if box.get_attribute("placeholder") == "ngày/tháng/năm":
            typed = typed or "05/01/2027"
        if box.get_attribute("inputmode") == "decimal":
            typed = typed or "30"
        box.fill(typed or "Thôn Nước Như")
    chosen = set()
    for choice in (
        page.locator("main form").locator("input[type=radio], input[type=checkbox]").all()
    ):
        name = choice.get_attribute("name")
        if name not in chosen:
            chosen.add(name)
            choice.check()
    for box in page.locator("main form select").all():
        box.select_option(index=1)
    press(page, "Lưu và đi tiếp")


def fill_until(page: Page, heading: str, answers: dict[str, str]) -> None:
    """Answer page after page until the one of that heading."""
    for _step in range(10):
        if page.locator("h1").inner_text() == heading:
            return
        before = page.url
        answer_everything(page, answers)
        assert page.url != before, page.locator(".error-summary").inner_text()
    raise AssertionError(f"never reached {heading}")


def wait_for_paper(page: Page, name: str) -> None:
    """Reload, as the page itself does, until the worker has made the paper."""
    for _look in range(40):
        if page.get_by_role("link", name=re.compile(name)).count():
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(f"{name} was never made")


def read_result(page: Page, portal_url: str, code: str) -> bytes:
    """Open the dossier on another machine with code and telephone, and take the result."""
    page.goto(f"{portal_url}/tra-cuu/")
    page.locator("#id_ma").fill(code.lower().replace("-", " "))
    press(page, "Tra cứu")
    page.locator("#id_xac_minh").fill("3456")
    press(page, "Mở hồ sơ")
    wait_for_paper(page, "Tải về \\(PDF\\) Kết quả giải quyết")
    return download(page, "Tải về (PDF) Kết quả giải quyết")


def test_bts_permit_is_found_sent_paid_granted_and_taken_home(portal_url, visitor):
    citizen = visitor()
    citizen.goto(f"{portal_url}/")
    # Three clicks from the first page: the service, "Nộp hồ sơ", "Bắt đầu".
    citizen.get_by_role("link", name="Cấp Giấy phép xây dựng trạm BTS (loại II)").first.click()
    citizen.get_by_role("link", name="Nộp hồ sơ").first.click()
    press(citizen, "Bắt đầu")
    fill_applicant(citizen, "Nhận bản điện tử trên cổng")
    fill_until(
        citizen,
        "Giấy tờ kèm theo",
        {"Vĩ độ": "14,7", "Kinh độ": "108,6", "Mã số thuế": "0100109106"},
    )
    first, *others = [line.get_attribute("id") for line in citizen.locator(".file-line").all()]
    upload(citizen, first, pdf_file("bản vẽ.pdf"))
    for number, slot in enumerate(others):
        choose(citizen, slot, image_file(f"ảnh {number}.jpg"))
    press(citizen, "Lưu và đi tiếp")
    citizen.locator("#id_declared").check()
    press(citizen, "Gửi hồ sơ")
    expect(citizen.locator("h1")).to_have_text("Đã gửi hồ sơ")
    code = citizen.locator(".code").inner_text()
    wait_for_paper(citizen, "Tải giấy xác nhận")
    assert code in text_of(download(citizen, "Tải giấy xác nhận (PDF)"))

    press(citizen, "Thanh toán")
    press(citizen, "Thanh toán")
    expect(citizen.get_by_text("MÔ PHỎNG").first).to_be_visible()
    citizen.get_by_role("button", name=re.compile("^Thanh toán thành công")).first.click()
    expect(citizen).to_have_url(re.compile("/thanh-toan/ket-qua/"))
    for _look in range(40):
        if the_dossier().owed == 0:
            break
        citizen.wait_for_timeout(250)
    assert the_dossier().fee_paid == 100_000

    officer = visitor(viewport=DESKTOP, javascript=True)
    sign_in_staff(officer, portal_url, Role.DESK)
    open_by_code(officer, f"{portal_url}/ho-so/{code}/")
    act(officer, "Tiếp nhận")
    number = the_dossier().official_number
    assert re.fullmatch(r"000\.00\.15\.H48-\d{6}-0001", number)

    specialist = visitor(viewport=DESKTOP, javascript=True)
    sign_in_staff(specialist, portal_url, Role.CASE)
    open_by_code(specialist, number)
    act(specialist, "Bắt đầu giải quyết")
    act(
        specialist,
        "Trình phê duyệt",
        note="Đủ điều kiện.",
        result_text="Cho phép xây dựng trạm BTS loại II tại xã Ba Xa.",
    )

    leader = visitor(viewport=DESKTOP, javascript=True)
    sign_in_staff(leader, portal_url, Role.LEADER)
    open_by_code(leader, code)
    act(leader, "Phê duyệt")

    open_by_code(officer, code)
    act(officer, "Trả kết quả")

    result = text_of(read_result(visitor(), portal_url, code))
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in result
    assert "Cho phép xây dựng trạm BTS loại II tại xã Ba Xa." in result
    assert the_dossier().state == State.DELIVERED
    messages = list(
        OutboxJob.objects.filter(channel="mail").order_by("pk").values_list("letter", "status")
    )
    assert messages == [
        (name, "done")
        for name in ("submitted", "payment_recorded", "received", "approved", "delivered")
    ]


def test_education_allowance_goes_its_whole_way_without_any_fee(portal_url, visitor):
    citizen = visitor()
    citizen.goto(f"{portal_url}/dich-vu/?q=tro+cap+uu+dai+giao+duc")
    citizen.get_by_role("link", name="Cấp sổ và trợ cấp ưu đãi giáo dục và đào tạo").first.click()
    citizen.get_by_role("link", name="Nộp hồ sơ").first.click()
    press(citizen, "Bắt đầu")
    fill_applicant(citizen, "Nhận tại Bộ phận Một cửa")
    fill_until(
        citizen,
        "Giấy tờ kèm theo",
        {
            "Năm học": "2026-2027",
            "Ngày": "05/09/2010",
            "Số định danh": "051310001234",
            "điện thoại": "0905123456",
        },
    )
    for slot in [line.get_attribute("id") for line in citizen.locator(".file-line").all()]:
        choose(citizen, slot, image_file())
    press(citizen, "Lưu và đi tiếp")
    citizen.locator("#id_declared").check()
    press(citizen, "Gửi hồ sơ")
    code = citizen.locator(".code").inner_text()
    expect(citizen.get_by_role("link", name="Thanh toán")).to_have_count(0)

    officer = visitor(viewport=DESKTOP)
    sign_in_staff(officer, portal_url, Role.DESK)
    open_by_code(officer, code)
    act(officer, "Tiếp nhận")

    specialist = visitor(viewport=DESKTOP)
    sign_in_staff(specialist, portal_url, Role.CASE)
    open_by_code(specialist, code)
    act(specialist, "Bắt đầu giải quyết")
    act(specialist, "Yêu cầu bổ sung", note="Giấy xác nhận của trường bản rõ hơn")

    press(citizen, "Theo dõi hồ sơ")
    press(citizen, "Bổ sung hồ sơ")
    expect(citizen.get_by_text("Giấy xác nhận của trường bản rõ hơn")).to_be_visible()
    upload(citizen, citizen.locator(".file-line").first.get_attribute("id"), pdf_file("bản rõ.pdf"))
    press(citizen, "Gửi bổ sung")

    open_by_code(specialist, code)
    act(specialist, "Trình phê duyệt", note="Đủ điều kiện.", result_text="Cấp sổ ưu đãi giáo dục.")
    leader = visitor(viewport=DESKTOP)
    sign_in_staff(leader, portal_url, Role.LEADER)
    open_by_code(leader, code)
    act(leader, "Phê duyệt")
    open_by_code(officer, code)
    act(officer, "Trả kết quả")

    assert "Cấp sổ ưu đãi giáo dục." in text_of(read_result(visitor(), portal_url, code))
    assert the_dossier().fee_total == 0
