"""Papers as tests read them: the row, the PDF that comes out, and its words."""

import io
import logging
import re
import unicodedata
from zoneinfo import ZoneInfo

from pypdf import PdfReader

from dossiers.models import Document, Dossier
from dossiers.moves import MOVES
from dossiers.papers import render
from dossiers.states import State
from tests.dossiers.factories import DossierFactory, act
from tests.services.factories import ServiceFactory

MM = 72 / 25.4
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LONG_ANSWER = (
    "Đề nghị lắp đặt trạm thu phát sóng tại vùng đồng bào, địa hình dốc và hay sạt lở; " * 20
)[:1500].strip()
# The shortest way to each kind of paper.
STATE_WITH = {
    "acknowledgement": State.SUBMITTED,
    "receipt": State.RECEIVED,
    "supplement_request": State.SUPPLEMENT,
    "refusal": State.INTAKE_REFUSED,
    "result": State.APPROVED,
    "fee_receipt": State.SUBMITTED,
}


def paper(dossier: Dossier, kind: str) -> Document:
    """The row of the last paper of that kind, with its event as the database gives it back."""
    return Document.objects.filter(dossier=dossier, kind=kind).order_by("-pk")[0]


def dossier_with(kind: str, **traits) -> Dossier:
    """A dossier for which a paper of that kind is owed."""
    state = STATE_WITH[kind]
    dossier = DossierFactory(state=state, **{"service": ServiceFactory(paid=True), **traits})
    if dossier.documents.filter(kind=kind).exists():
        return dossier
    # The paper of a move that leaves the dossier where it is.
    for action, move in MOVES.items():
        if move.paper == kind and state in move.sources and move.target is None:
            return act(dossier, action, min(move.roles))
    raise LookupError(f"no paper “{kind}” in the state {state}")


def pdf_of(dossier: Dossier, kind: str) -> PdfReader:
    return PdfReader(io.BytesIO(render.to_pdf(render.html_of(paper(dossier, kind)))))


def words(pdf: PdfReader) -> str:
    """All text of a PDF on one line."""
    text = " ".join(page.extract_text() for page in pdf.pages)
    return " ".join(unicodedata.normalize("NFC", text).split())


def letters(text: str) -> str:
    """Text without any space: for what may be broken over lines anywhere."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


def complaints(caplog) -> list[str]:
    """What the printing program was not content with."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def printed(dossier: Dossier, kind: str) -> str:
    return words(pdf_of(dossier, kind))
