"""How things are printed: one row per paper, then the PDF. Layouts are in templates/dossiers/papers/.

Forms 01–03 follow the field lists of Circular 01/2018/TT-VPCP, decisions the layout of Decree 30/2020/NĐ-CP. A paper
tells what its event decided, however late it is printed: what came after the event is not on it.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.utils import timezone, translation

from dossiers import answers
from dossiers.models import Document, Dossier, Event
from dossiers.papers.money_in_words import dong
from dossiers.papers.qr import qr_svg
from dossiers.states import Action
from services import printing

PRINT_CSS = Path(settings.BASE_DIR) / "static" / "css" / "print.css"
BULLET = re.compile(r"^(?:[-–—•*+]|\d{1,2}[.)])\s+")
PAYMENTS = (Action.CONFIRM_PAYMENT, Action.RECORD_PAYMENT)


def render(document: Document) -> None:
    """Make the PDF of a row, store it and mark the row done; a second call changes nothing.

    Of two workers that print the same row at once, one keeps its paper and the other takes its own away again.
    """
    if document.is_ready:
        return
    pdf = to_pdf(html_of(document))
    document.sha256 = hashlib.sha256(pdf).hexdigest()
    document.status = Document.Status.DONE
    document.done_at = timezone.now()
    document.error = ""
    document.file.save("", ContentFile(pdf), save=False)
    written = {
        name: getattr(document, name) for name in ("file", "sha256", "status", "done_at", "error")
    }
    if (
        not Document.objects.filter(pk=document.pk)
        .exclude(status=Document.Status.DONE)
        .update(**written)
    ):
        document.file.delete(save=False)
        document.refresh_from_db()


def html_of(document: Document) -> str:
    """Return the page of a paper as HTML, in the language of the authority whatever the visitor's."""
    event, dossier = document.event, document.dossier
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "document": document,
            "dossier": dossier,
            "event": event,
            "authority": settings.AUTHORITY,
            "site_url": settings.SITE_URL,
            "place_and_date": place_and_date(event.at),
            "qr": qr_svg(settings.SITE_URL + dossier.get_absolute_url()),
            **FACTS[Document.Kind(document.kind)](event),
        }
        return render_to_string(f"dossiers/papers/{document.kind}.html", context)


def to_pdf(html: str) -> bytes:
    """Return `html` as a PDF in the look of the house's papers."""
    return printing.to_pdf(html, _stylesheet())


@cache
def _stylesheet():
    from weasyprint import CSS  # slow import: only a process that prints pays for it

    return CSS(string=PRINT_CSS.read_text(encoding="utf-8"))


# --- What each kind of paper tells ---------------------------------------------------------------------------------


def _acknowledgement(event: Event) -> dict[str, Any]:
    return {
        "papers": papers_sent(event),
        "masked_id": masked(event.dossier.citizen_id),
        **money_then(event),
    }


def _receipt(event: Event) -> dict[str, Any]:
    return {
        "due_at": event.due_at,
        "papers": papers_received(event),
        "filer": filer(event.dossier),
        **money_then(event),
    }


def _supplement_request(event: Event) -> dict[str, Any]:
    return {
        "lines": numbered_lines(event.note),
        "before_receipt": event.action == Action.REQUEST_INTAKE_SUPPLEMENT,
        "symbol": settings.AUTHORITY["form_symbols"]["supplement_request"],
    }


def _refusal(event: Event) -> dict[str, Any]:
    return {
        "before_receipt": event.action == Action.REFUSE,
        "symbol": settings.AUTHORITY["form_symbols"]["refusal"],
        "signature": signature(event),
    }


def _result(event: Event) -> dict[str, Any]:
    title = result_title(event.dossier.service.result)
    return {
        "title": title,
        "is_decision": title.casefold().startswith("quyết định"),
        "number": result_number(title, event.data.get("result_number")),
        "result_text": event.data.get("result_text", ""),
        "legal_basis": [line.rstrip(" .;,") for line in event.dossier.service.legal_basis],
        "sections": [
            section for section in map(_answered, answers.summary(event.dossier)) if section.answers
        ],
        "signature": signature(event),
    }


def _fee_receipt(event: Event) -> dict[str, Any]:
    amount = int(event.data["amount"])
    return {
        "amount": amount,
        "in_words": dong(amount),
        "lines": lines_paid(event, amount),
        "paid_at": event.moment("paid_at") or event.at,
        "is_mock": is_mock(event),
    }


FACTS: dict[Document.Kind, Callable[[Event], dict[str, Any]]] = {
    Document.Kind.ACKNOWLEDGEMENT: _acknowledgement,
    Document.Kind.RECEIPT: _receipt,
    Document.Kind.SUPPLEMENT_REQUEST: _supplement_request,
    Document.Kind.REFUSAL: _refusal,
    Document.Kind.RESULT: _result,
    Document.Kind.FEE_RECEIPT: _fee_receipt,
}


# --- People, places and times --------------------------------------------------------------------------------------


def place_and_date(at: datetime) -> str:
    """Return the line above a paper: days below 10 and the months 1 and 2 are written with a nought."""
    day = timezone.localdate(at)
    month = f"{day.month:02d}" if day.month < 3 else day.month
    return f"{settings.AUTHORITY['place']}, ngày {day.day:02d} tháng {month} năm {day.year}"


def masked(number: str) -> str:
    """Return an identity number with all but its last four digits hidden; a short one is hidden whole."""
    shown = number[-4:] if len(number) > 8 else ""
    return "•" * (len(number) - len(shown)) + shown


def filer(dossier: Dossier) -> str:
    """Return who sent the dossier when the account names somebody else than the dossier, or ""."""
    name = dossier.owner.get_full_name().strip() if dossier.owner else ""
    return "" if name.casefold() == dossier.applicant_name.casefold() else name


@dataclass(frozen=True)
class Signature:
    """Who signs: the lines of capacity above the name, and the name of the person who acted."""

    capacity: tuple[str, ...]
    name: str


def signature(event: Event) -> Signature:
    """Return the block of Decree 30/2020/NĐ-CP: the head signs for the committee, a deputy KT., anyone else TL."""
    signer = settings.AUTHORITY["signer"]
    head = signer["title"]
    title = (event.actor.title if event.actor else "").strip().upper()
    capacity: tuple[str, ...]
    if not title or title.startswith(head):
        capacity = (signer["mode"], head)
    elif title.startswith(f"PHÓ {head}"):
        capacity = (signer["mode"], f"KT. {head}", title)
    else:
        capacity = (f"TL. {head}", title)
    return Signature(capacity, event.actor.get_full_name() if event.actor else "")


# --- Papers and words ----------------------------------------------------------------------------------------------


def papers_sent(event: Event) -> list[answers.Slot]:
    """Return the papers with the files that were there when the event happened; those without a file are left out."""
    slots = [
        replace(slot, files=tuple(file for file in slot.files if file.uploaded_at <= event.at))
        for slot in answers.papers(event.dossier)
    ]
    return [slot for slot in slots if slot.files]


def papers_received(event: Event) -> list[answers.Slot]:
    """Return what the desk confirms to have: files sent, the form filled in online, what is required at the desk."""
    sent = {slot.key: slot for slot in papers_sent(event)}
    on_paper = event.dossier.channel != Dossier.Channel.ONLINE
    return [
        sent.get(slot.key, replace(slot, files=()))
        for slot in answers.papers(event.dossier)
        if slot.key in sent or not slot.upload or (on_paper and slot.required)
    ]


def numbered_lines(text: str) -> list[str]:
    """Return the lines of a note without the numbers and dashes that its writer put before them."""
    return [BULLET.sub("", line.strip()) for line in text.splitlines() if line.strip()]


def result_title(result: str) -> str:
    """Return the first paper that a catalogue names as result: "Giấy phép hoặc công văn" → "Giấy phép"."""
    return (
        re.split(r"\s*(?:[;(]|,?\s+hoặc\s|\s+và\s+(?:tiền|sổ)\s)", result, maxsplit=1)[0].strip()
        or result
    )


def result_number(title: str, number: int | None) -> str:
    """Return number and notation: "05/QĐ-UBND"; a number below ten has a nought before it."""
    kinds = settings.AUTHORITY["document_symbols"]
    kind = next(
        (symbol for name, symbol in kinds if title.casefold().startswith(name.casefold())), ""
    )
    notation = "-".join(part for part in (kind, settings.AUTHORITY["symbol"]) if part)
    return f"{number or 0:02d}/{notation}"


def _answered(section: answers.AnsweredSection) -> answers.AnsweredSection:
    return replace(section, answers=tuple(answer for answer in section.answers if answer.text))


# --- Money as it stood ---------------------------------------------------------------------------------------------


def money_then(event: Event) -> dict[str, Any]:
    """Return the fee lines, their sum and what was paid when the event happened."""
    fees = fees_then(event)
    total = sum(fee["amount"] or 0 for fee in fees)
    return {"fees": fees, "fee_total": total, "fee_owed": max(total - paid_before(event), 0)}


def fees_then(event: Event) -> list[dict[str, Any]]:
    """Return the fee lines without those that a later request for payment added at the end."""
    later = event.dossier.events.filter(action=Action.REQUEST_PAYMENT, pk__gt=event.pk)
    added = sum(1 for request in later if int(request.data.get("amount") or 0))
    return event.dossier.fees[: len(event.dossier.fees) - added]


def paid_before(event: Event) -> int:
    earlier = event.dossier.events.filter(action__in=PAYMENTS, pk__lt=event.pk)
    return sum(int(payment.data["amount"]) for payment in earlier)


def is_mock(event: Event) -> bool:
    """Whether the money of a payment is play money: it went through the mock gateway of this same site."""
    return (
        settings.MOCK_GATEWAY
        and not settings.VNPAY["PAY_URL"]
        and event.data.get("method") == "gateway"
    )


def lines_paid(event: Event, amount: int) -> list[dict[str, Any]]:
    """Return the fee lines that this payment covers exactly, or none when it covers only part of one."""
    start, reached, covered = paid_before(event), 0, []
    for fee in fees_then(event):
        if fee["amount"] and start <= reached < start + amount:
            covered.append(fee)
        reached += fee["amount"] or 0
    return covered if sum(fee["amount"] for fee in covered) == amount else []
