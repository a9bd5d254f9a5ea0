"""Copies of what a paper prints, taken in the transaction of the move.

All words are in the language of the authority, whatever the language of the person who acts.
"""

import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.utils import translation

from dossiers import answers, facts
from dossiers.models import Dossier

P = ParamSpec("P")
T = TypeVar("T")


def in_authority_language(function: Callable[P, T]) -> Callable[P, T]:
    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> T:
        with translation.override(settings.LANGUAGE_CODE):
            return function(*args, **kwargs)

    return inner


def letterhead() -> facts.Letterhead:
    authority = settings.AUTHORITY
    receipt = authority["fee_receipt"]
    return facts.Letterhead(
        name=authority["name"],
        short_name=authority["short_name"],
        portal_name=authority["portal_name"],
        parent=authority["parent"],
        place=authority["place"],
        address=authority["address"],
        phone=authority["phone"],
        issuer_line=authority["letterhead"]["issuer_line"],
        desk_line=authority["letterhead"]["desk_line"],
        desk_name=authority["desk"]["name"],
        desk_hours=authority["desk"]["hours"],
        form_set=authority["form_set"]["basis"],
        receipt_tax_code=receipt["tax_code"],
        receipt_template=receipt["template_number"],
        receipt_series=receipt["series"],
        site_url=settings.SITE_URL,
    )


@in_authority_language
def paper_head(dossier: Dossier, actor: AbstractUser | None) -> facts.PaperHead:
    """Return what every paper prints of the authority, the applicant and the dossier."""
    return facts.PaperHead(
        letterhead=letterhead(),
        applicant=facts.Applicant(
            name=dossier.applicant_name,
            citizen_id=dossier.citizen_id,
            address=dossier.address,
            phone=dossier.phone,
            email=dossier.email,
            delivery=dossier.delivery,
            delivery_words=str(dossier.get_delivery_display()),
        ),
        officer=officer(actor),
        service_name=dossier.service_name,
        agency_name=dossier.agency.name,
        tracking_code=dossier.tracking_code,
        tracking_url=settings.SITE_URL + dossier.get_absolute_url(),
        official_number=dossier.official_number or "",
        channel=dossier.channel,
        level=dossier.level,
        submitted_at=dossier.submitted_at,
        received_at=dossier.received_at,
    )


def officer(actor: AbstractUser | None) -> facts.Officer:
    if actor is None:
        return facts.Officer()
    return facts.Officer(name=actor.get_full_name(), title=getattr(actor, "title", ""))


def fees(dossier: Dossier) -> facts.Fees:
    """Return the fee lines as they stand, their sum, and what is still to be paid."""
    lines = tuple(fee_line(fee) for fee in dossier.fees)
    return facts.Fees(lines=lines, total=dossier.fee_total, owed=dossier.owed)


def fee_line(fee: dict[str, Any]) -> facts.FeeLine:
    return facts.FeeLine(
        key=fee["key"],
        kind=fee["kind"],
        name=fee["name"],
        amount=fee["amount"],
        note=fee["note"],
    )


def lines_covered(dossier: Dossier, amount: int) -> tuple[facts.FeeLine, ...]:
    """Return the fee lines that a payment of `amount` đồng, made now, covers exactly.

    Payments cover the lines in their order. A payment that covers only a part of a line covers
    none.
    """
    paid_before = dossier.fee_paid
    reached = 0
    covered = []
    for fee in dossier.fees:
        if fee["amount"] and paid_before <= reached < paid_before + amount:
            covered.append(fee_line(fee))
        reached += fee["amount"] or 0

    is_exact = sum(line.amount or 0 for line in covered) == amount
    return tuple(covered) if is_exact else ()


# --- Papers and answers ---


def papers_sent(papers: Iterable[answers.Slot]) -> tuple[facts.PaperLine, ...]:
    """Return the papers for which usable files were sent."""
    return tuple(paper_line(slot) for slot in papers if slot.usable_files)


@in_authority_language
def papers_received(dossier: Dossier) -> tuple[facts.PaperLine, ...]:
    """Return what the desk confirms to have.

    That is every paper with files, the form that was filled in online, and, for a dossier that
    came on paper, what is required.
    """
    on_paper = dossier.channel != Dossier.Channel.ONLINE
    received = []
    for slot in answers.papers(dossier):
        is_brought = on_paper and slot.required
        if slot.usable_files or not slot.upload or is_brought:
            received.append(paper_line(slot))
    return tuple(received)


def paper_line(slot: answers.Slot) -> facts.PaperLine:
    return facts.PaperLine(
        name=slot.name,
        kind=str(slot.kind),
        copies=slot.copies,
        filled_in_online=not slot.upload,
        files=tuple(
            facts.FileLine(name=file.name, size=file.size, sha256=file.sha256)
            for file in slot.files
        ),
    )


@in_authority_language
def answered_sections(dossier: Dossier) -> tuple[facts.AnswerSection, ...]:
    """Return the sections of the form with the questions that were answered."""
    sections = []
    for section in answers.summary(dossier):
        answered = tuple(
            facts.AnswerLine(label=answer.label, text=str(answer.text))
            for answer in section.answers
            if answer.text
        )
        if answered:
            sections.append(facts.AnswerSection(title=section.title, answers=answered))
    return tuple(sections)


# --- Signing and numbering ---


def filer(dossier: Dossier) -> str:
    """Return who sent the dossier, when the account names somebody else than the dossier; or ""."""
    name = dossier.owner.get_full_name().strip() if dossier.owner else ""
    return "" if name.casefold() == dossier.applicant_name.casefold() else name


def signature(actor: AbstractUser | None) -> facts.Signature:
    """Return the block of Decree 30/2020/NĐ-CP.

    The head signs for the committee, a deputy for the head (KT.), anyone else by order (TL.).
    """
    signer = settings.AUTHORITY["signer"]
    head = signer["title"]
    person = officer(actor)
    title = person.title.strip().upper()

    capacity: tuple[str, ...]
    if not title or title.startswith(head):
        capacity = (signer["mode"], head)
    elif title.startswith(f"PHÓ {head}"):
        capacity = (signer["mode"], f"KT. {head}", title)
    else:
        capacity = (f"TL. {head}", title)
    return facts.Signature(capacity=capacity, name=person.name)


def result_title(result: str) -> str:
    """Return the first paper that a catalogue names: "Giấy phép hoặc công văn" → "Giấy phép"."""
    first = re.split(r"\s*(?:[;(]|,?\s+hoặc\s|\s+và\s+(?:tiền|sổ)\s)", result, maxsplit=1)[0]
    return first.strip() or result


def result_number(title: str, number: int) -> str:
    """Return number and notation: "05/QĐ-UBND"; a number below ten is zero-padded."""
    kind = ""
    for name, symbol in settings.AUTHORITY["document_symbols"]:
        if title.casefold().startswith(name.casefold()):
            kind = symbol
            break
    parts = [part for part in (kind, settings.AUTHORITY["symbol"]) if part]
    return f"{number:02d}/{'-'.join(parts)}"
