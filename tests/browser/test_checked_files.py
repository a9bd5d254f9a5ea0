"""Files on their way from a telephone to an officer's screen, with a real worker."""

from django.urls import reverse
from playwright.sync_api import expect

from dossiers.models import Dossier
from dossiers.moves import Action
from dossiers.states import Role
from tests.browser.actions import press, sign_in_staff, upload
from tests.browser.conftest import DESKTOP
from tests.dossiers.factories import APPLICANT, act, image_file, pdf_file
from tests.dossiers.file_samples import embedded_program, protected, saved
from tests.services.factories import PaperFactory, ServiceFactory


def choose(page, slot: str, name: str, content: bytes) -> None:
    chosen = {"name": name, "mimeType": "application/pdf", "buffer": content}
    page.locator(f"#tep-{slot}").set_input_files(chosen)


def test_file_is_checked_told_replaced_and_opened(portal_url, visitor):
    service = ServiceFactory(online=True)
    for key in ("sao-ke", "anh", "hoa-don"):
        PaperFactory(service=service, key=key, name=key)
    citizen = visitor()
    citizen.goto(portal_url + reverse("dossiers:apply", args=[service.slug]))
    press(citizen, "Bắt đầu")
    draft = Dossier.objects.get()
    citizen.goto(portal_url + reverse("dossiers:fill", args=[service.slug, draft.tracking_code, 3]))

    choose(citizen, "sao-ke", "khoa.pdf", protected(user="x"))
    choose(citizen, "hoa-don", "hoa-don.pdf", saved(embedded_program()))
    upload(citizen, "anh", image_file("anh.jpg"))
    refused = citizen.locator("#sao-ke")
    expect(refused).to_contain_text("“khoa.pdf” có mật khẩu")
    press(citizen, "Bỏ tệp này khoa.pdf")
    upload(citizen, "sao-ke", pdf_file("mo.pdf"))

    Dossier.objects.update(**APPLICANT, answers={"noi_dung": "Xin cấp"})
    dossier = act(Dossier.objects.get(), Action.SUBMIT, Role.CITIZEN)
    officer = visitor(viewport=DESKTOP)
    sign_in_staff(officer, portal_url, Role.CASE)
    officer.goto(portal_url + reverse("admin:dossiers_dossier_change", args=[dossier.pk]))
    expect(officer.locator("#content")).to_contain_text("có tệp đính kèm bên trong")
    officer.get_by_role("link", name="Tải bản gốc").click()
    with officer.expect_download() as download:
        officer.get_by_role("button", name="Tải bản gốc về máy").click()
    assert download.value.suggested_filename == "hoa-don.pdf"
