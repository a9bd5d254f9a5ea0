"""How things are printed: one row per paper, then the PDF. Layouts are in templates/dossiers/pdf/.

Forms 01–03 follow the field lists of Circular 01/2018/TT-VPCP, decisions the layout of Decree 30/2020/NĐ-CP.
"""

import hashlib
from functools import cache
from pathlib import Path

import segno
from django.conf import settings
from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.utils import timezone, translation

from dossiers import answers
from dossiers.models import Document

PRINT_CSS = Path(settings.BASE_DIR) / "static" / "css" / "print.css"


def render(document: Document) -> None:
    """Make the PDF of a row, store it and mark the row done; a second call changes nothing."""
    if document.is_ready:
        return
    pdf = to_pdf(html_of(document))
    document.sha256 = hashlib.sha256(pdf).hexdigest()
    document.status = Document.Status.DONE
    document.done_at = timezone.now()
    document.error = ""
    document.file.save("", ContentFile(pdf), save=False)
    document.save(update_fields=["file", "sha256", "status", "done_at", "error"])


def html_of(document: Document) -> str:
    """Return the page of a paper as HTML, in the language of the authority whatever the visitor's."""
    dossier = document.dossier
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "document": document,
            "dossier": dossier,
            "event": document.event,
            "authority": settings.AUTHORITY,
            "sections": answers.summary(dossier),
            "papers": answers.papers(dossier),
            "qr": qr_svg(settings.SITE_URL + dossier.get_absolute_url()),
        }
        return render_to_string(f"dossiers/pdf/{document.kind}.html", context)


def to_pdf(html: str) -> bytes:
    """Return `html` as PDF bytes; it may fetch nothing from any network or disk."""
    from weasyprint import HTML  # slow import: only a process that prints pays for it

    return HTML(string=html, url_fetcher=_refuse_fetching).write_pdf(stylesheets=[_stylesheet()])


@cache
def _stylesheet():
    from weasyprint import CSS  # slow import

    return CSS(string=PRINT_CSS.read_text(encoding="utf-8"))


def _refuse_fetching(url: str, *args, **kwargs):
    raise ValueError("a printed paper fetches nothing")


def qr_svg(text: str) -> str:
    """Return a QR code as an inline SVG element without size, to be sized by its place."""
    return segno.make(text, error="m").svg_inline(omitsize=True, border=2)
