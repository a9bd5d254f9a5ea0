"""A form on paper, to fill in by hand, from the same questions that are asked online.

`to_pdf` makes every PDF of the portal; what a dossier prints is in `dossiers.papers.render`.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import translation

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


def to_pdf(html: str, *stylesheets: Any) -> bytes:
    """Return `html` as a tagged PDF, with WeasyPrint's `stylesheets`.

    Nothing is fetched from any network or disk.
    """
    # WeasyPrint takes half a second to import and needs Pango from the system: only printing
    # should pay for that.
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    page = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=()))
    pdf: bytes = page.write_pdf(stylesheets=stylesheets, pdf_variant="pdf/ua-1")
    return pdf


def _store(name: str, content: bytes) -> None:
    saved = default_storage.save(name, ContentFile(content))
    if saved != name:  # another process was quicker: its file is the same
        default_storage.delete(saved)
