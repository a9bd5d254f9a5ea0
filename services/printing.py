"""A form on paper, to fill in by hand, from the same questions that are asked online.

`to_pdf` makes every PDF of the portal; what a dossier prints is in `dossiers.papers.render`.
"""

import hashlib
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html import unescape
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import translation

from services import paper_font
from services.models import FormTemplate
from services.questions.specification import parse

FOLDER = "bieu-mau-in"


def blank_form(template: FormTemplate) -> File | None:
    """Return the PDF of `template`, opened for reading.

    None when neither it nor its service asks anything. The file is named by a digest of all that
    is printed, so it is made once and a changed form gets a new one.
    """
    html = _html(template)
    if html is None:
        return None
    name = f"{FOLDER}/{hashlib.sha256(html.encode()).hexdigest()}.pdf"
    if not default_storage.exists(name):
        _store(name, to_pdf(html))
    return default_storage.open(name)


def _html(template: FormTemplate) -> str | None:
    """Return the page, always in Vietnamese: a paper for an office, whoever prints it."""
    sections = parse(template.form or template.service.form)
    if not sections:
        return None
    context = {"template": template, "sections": sections, "AUTHORITY": settings.AUTHORITY}
    with translation.override("vi"):
        return render_to_string("services/pdf/blank_form.html", context)


class MissingGlyph(Exception):
    """The font of papers does not draw some characters of a paper; its text names them."""

    def __init__(self, characters: str) -> None:
        named = ", ".join(f"{char} (U+{ord(char):04X})" for char in characters)
        super().__init__(f"Phông chữ của giấy tờ không có ký tự: {named}")


def to_pdf(html: str, *stylesheets: Any) -> bytes:
    """Return `html` as a tagged PDF in the font of papers, with WeasyPrint's `stylesheets`.

    Nothing is fetched from any network or disk. Raises MissingGlyph rather than print an empty box
    or a letter of another font.
    """
    # Asked of the font and not of WeasyPrint, which would take letters from any other font.
    missing = paper_font.undrawn(unescape(html))
    if missing:
        raise MissingGlyph(missing)

    with _complaints_as_errors():
        page = weasyprint().HTML(string=html, url_fetcher=_fetcher())
        pdf: bytes = page.write_pdf(
            stylesheets=stylesheets, font_config=_paper_fonts(), pdf_variant="pdf/ua-1"
        )
    return pdf


@cache
def weasyprint() -> Any:
    """Return WeasyPrint, imported late: it takes half a second, and needs Pango from the system."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="No fonts configured")  # we bring our own
        import weasyprint
    return weasyprint


def _fetcher(*protocols: str) -> Any:
    return weasyprint().urls.URLFetcher(allowed_protocols=protocols)


def _paper_fonts() -> Any:
    """Return a font configuration with the faces of the paper's font.

    A new one for each document: Pango's are not safe between threads, and the files behind an old
    one may be cleared away from the temporary folder.
    """
    fonts = weasyprint().text.fonts.FontConfiguration()
    rules = paper_font.face_rules()
    weasyprint().CSS(string=rules, font_config=fonts, url_fetcher=_fetcher("file"))
    return fonts


@contextmanager
def _complaints_as_errors() -> Iterator[None]:
    """Raise what WeasyPrint only logs in this thread: a face it cannot load, a missing glyph."""
    handler = _FontComplaints()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
    if handler.unloaded:
        raise RuntimeError(handler.unloaded[0])
    if handler.undrawn:
        raise MissingGlyph("".join(dict.fromkeys(handler.undrawn)))


class _FontComplaints(logging.Handler):
    """Keeps what is logged about fonts in the thread that made it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread = threading.get_ident()
        self.unloaded: list[str] = []
        self.undrawn: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self.thread:
            return
        if str(record.msg).startswith("Font-face"):
            self.unloaded.append(record.getMessage())
        elif str(record.msg).startswith(".notdef") and isinstance(record.args, tuple):
            self.undrawn.append(str(record.args[0]))


def _store(name: str, content: bytes) -> None:
    saved = default_storage.save(name, ContentFile(content))
    if saved != name:  # another process was quicker: its file is the same
        default_storage.delete(saved)
