"""From the row of a paper to its PDF. Layouts are in templates/dossiers/papers/.

Forms 01–03 follow the field lists of Circular 01/2018/TT-VPCP, decisions the layout of Decree
30/2020/NĐ-CP. A paper is made from the facts of its event alone: printed again later it is the
same, whatever has become of the dossier, the service or the authority.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.utils import timezone, translation

from dossiers.facts import PaperFacts
from dossiers.models import Document, Event
from dossiers.papers import (
    acknowledgement,
    fee_receipt,
    receipt,
    refusal,
    result,
    supplement_request,
)
from dossiers.papers.qr import qr_svg
from services import printing

PRINT_CSS = Path(settings.BASE_DIR) / "static" / "css" / "print.css"

# What each kind of paper tells its template besides the facts.
CONTEXTS: dict[str, Callable[[Event], dict[str, Any]]] = {
    Document.Kind.ACKNOWLEDGEMENT: acknowledgement.context,
    Document.Kind.RECEIPT: receipt.context,
    Document.Kind.SUPPLEMENT_REQUEST: supplement_request.context,
    Document.Kind.REFUSAL: refusal.context,
    Document.Kind.RESULT: result.context,
    Document.Kind.FEE_RECEIPT: fee_receipt.context,
}


def render(document: Document) -> None:
    """Make the PDF of a row and store it; a second call changes nothing.

    Of two workers that print the same row at once, one keeps its paper and the other takes its own
    away again.
    """
    if document.is_ready:
        return
    pdf = to_pdf(html_of(document))
    document.sha256 = hashlib.sha256(pdf).hexdigest()
    document.file.save("", ContentFile(pdf), save=False)

    not_printed_yet = Document.objects.filter(pk=document.pk, file="")
    if not not_printed_yet.update(file=document.file.name, sha256=document.sha256):
        document.file.delete(save=False)
        document.refresh_from_db()


def html_of(document: Document) -> str:
    """Return the page of a paper as HTML, in the language of the authority."""
    event = document.event
    facts = event.facts
    if not isinstance(facts, PaperFacts):
        raise TypeError(f"event {event.pk} ({event.action}) keeps nothing that can be printed")
    context = {
        "title": Document.Kind(document.kind).label,
        "event": event,
        "facts": facts,
        "head": facts.head,
        "letterhead": facts.head.letterhead,
        "applicant": facts.head.applicant,
        "place_and_date": place_and_date(facts.head.letterhead.place, event.at),
        "qr": qr_svg(facts.head.tracking_url),
        **CONTEXTS[document.kind](event),
    }
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string(f"dossiers/papers/{document.kind}.html", context)


def to_pdf(html: str) -> bytes:
    """Return `html` as a PDF with the stylesheet of the papers."""
    return printing.to_pdf(html, _stylesheet())


@cache
def _stylesheet() -> Any:
    return printing.weasyprint().CSS(string=PRINT_CSS.read_text(encoding="utf-8"))


def place_and_date(place: str, at: datetime) -> str:
    """Return the line above a paper: days below 10 and the months 1 and 2 are zero-padded."""
    day = timezone.localdate(at)
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{place}, ngày {day.day:02d} tháng {month} năm {day.year}"
