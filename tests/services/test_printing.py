"""Forms on paper from the questions that are asked online."""

import io

import pytest
from django.core.files.storage import default_storage
from django.utils import translation
from pypdf import PdfReader

from services import printing
from services.questions.registry import KINDS
from tests.services.factories import (
    FormTemplateFactory,
    ServiceFactory,
    raw_question,
    small_form,
)

pytestmark = pytest.mark.django_db


def words(template) -> str:
    """All the text of the printed form, with single spaces."""
    with printing.blank_form(template) as file:
        pages = PdfReader(io.BytesIO(file.read())).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())


def every_kind() -> dict:
    """A form with one question of each kind there is."""
    questions = [
        raw_question(kind, key=f"cau_{number}", label=f"Câu hỏi {kind}")
        for number, kind in enumerate(KINDS)
    ]
    return {"sections": [{"key": "phan", "title": "Phần một", "questions": questions}]}


def test_blank_form_begins_as_a_paper_of_state_does():
    page = words(FormTemplateFactory(name="Tờ khai thử", addressee="Phòng Tư pháp"))
    order = [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "TỜ KHAI THỬ",
        "Kính gửi: Phòng Tư pháp",
    ]
    assert [page.index(line) for line in order] == sorted(page.index(line) for line in order)
    assert "Ký và ghi rõ họ tên" in page


def test_blank_form_has_a_place_for_every_kind_of_question():
    page = words(FormTemplateFactory(form=every_kind()))
    assert [kind for kind in KINDS if f"Câu hỏi {kind}" not in page] == []
    assert "Lựa chọn Anh" in page


def test_blank_form_without_questions_takes_those_of_its_service():
    template = FormTemplateFactory(service=ServiceFactory(online=True), form={})
    assert "Nội dung đề nghị" in words(template)


def test_blank_form_that_asks_nothing_is_not_printed():
    assert printing.blank_form(FormTemplateFactory(form={})) is None


def test_blank_form_without_addressee_goes_to_the_authority(settings):
    assert f"Kính gửi: {settings.AUTHORITY['name']}" in words(FormTemplateFactory(addressee=""))


def test_blank_form_is_vietnamese_even_for_a_reader_of_english():
    with translation.override("en"):
        assert "Kính gửi" in words(FormTemplateFactory())


def test_blank_form_is_made_once_and_then_served_from_the_store(monkeypatch):
    template = FormTemplateFactory()
    first = words(template)

    def again(html):
        pytest.fail("made twice")

    monkeypatch.setattr(printing, "to_pdf", again)
    assert words(template) == first


def test_blank_form_is_printed_anew_when_it_changed():
    template = FormTemplateFactory()
    assert "Phần đã sửa" not in words(template)
    template.form = {"sections": [{**small_form()["sections"][0], "title": "Phần đã sửa"}]}
    assert "Phần đã sửa" in words(template)
    _folders, files = default_storage.listdir(printing.FOLDER)
    assert len(files) == 2


def test_blank_form_of_two_readers_at_once_is_one_file(monkeypatch):
    template = FormTemplateFactory()

    def overtaken(html: str) -> bytes:
        monkeypatch.undo()
        printing.blank_form(template).close()
        return b"%PDF of the slower one"

    monkeypatch.setattr(printing, "to_pdf", overtaken)
    with printing.blank_form(template) as file:
        assert file.read() != b"%PDF of the slower one"
    _folders, files = default_storage.listdir(printing.FOLDER)
    assert len(files) == 1


def test_blank_form_escapes_the_words_of_the_catalogue():
    page = words(FormTemplateFactory(name="Đơn <b>& khác"))
    assert "ĐƠN <B>& KHÁC" in page
