"""Forms on paper from the questions that are asked online."""

import io
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import translation
from pypdf import PdfReader

from services import paper_font, printing
from services.questions.registry import KINDS
from tests.pdf_fonts import fonts_of
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


# --- The font ---


def test_blank_form_is_set_in_the_font_of_papers_alone():
    with printing.blank_form(FormTemplateFactory(form=every_kind())) as file:
        assert fonts_of(file.read()) == {paper_font.FAMILY}


def test_to_pdf_uses_no_font_of_the_system():
    pdf = printing.to_pdf("<p style='font-family: PortalPaper, monospace'>Ộ <b>Ữ</b> <i>ặ</i></p>")

    assert fonts_of(pdf) == {paper_font.FAMILY}


def test_to_pdf_prints_on_a_machine_without_any_font(tmp_path):
    """In a process of its own: Fontconfig is set up once for a process."""
    empty = tmp_path / "fonts.conf"
    empty.write_text("<fontconfig></fontconfig>")
    program = "import sys; from services.printing import to_pdf; " + (
        "sys.stdout.buffer.write(to_pdf('<p style=\"font-family: PortalPaper\">Ộ Ữ ₫</p>'))"
    )

    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error::UserWarning",
            "-c",
            f"import django; django.setup(); {program}",
        ],
        env={**os.environ, "FONTCONFIG_FILE": str(empty)},
        capture_output=True,
        check=True,
    )

    assert fonts_of(done.stdout) == {paper_font.FAMILY}
    assert b"notdef" not in done.stderr


@pytest.mark.parametrize("char", ["🌺", "王"])
def test_to_pdf_refuses_a_character_that_its_font_does_not_draw(char):
    with pytest.raises(printing.MissingGlyph, match=f"{char} .U.{ord(char):04X}"):
        printing.to_pdf(f"<p>Tên &#{ord(char)};</p>")


def test_to_pdf_refuses_what_weasyprint_could_not_draw(monkeypatch):
    """Even where the table of the font says otherwise."""
    monkeypatch.setattr(paper_font, "undrawn", lambda text: "")

    with pytest.raises(printing.MissingGlyph, match=r"U\+F0000"):
        printing.to_pdf("<p style='font-family: PortalPaper'>a\U000f0000b\U000f0000</p>")


def test_to_pdf_refuses_a_face_that_cannot_be_loaded(monkeypatch, tmp_path):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    monkeypatch.setattr(paper_font, "path", lambda weight, style: broken)

    with pytest.raises(RuntimeError, match="PortalPaper"):
        printing.to_pdf("<p>Ộ</p>")


def test_stylesheets_of_papers_name_no_other_font():
    sheets = [settings.BASE_DIR / "static/css/print.css"]
    sheets += (settings.BASE_DIR / "templates/services/pdf").glob("*.html")

    for sheet in sheets:
        declared = re.findall(
            r"font(?:-family)?: ([^;]*(?:serif|[A-Z\"])[^;]*);", sheet.read_text()
        )
        assert declared
        assert all(value.endswith(paper_font.FAMILY) for value in declared)
