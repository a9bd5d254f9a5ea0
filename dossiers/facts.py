"""What each move keeps in its event: one frozen dataclass per move, written to and read from JSON.

A paper, a letter and the timeline are made from these facts, however late: what happens to the
dossier, the service or the authority afterwards does not change them. Sums are whole đồng, moments
are aware, words are in the language of the authority.

Every field has a default. A field that is added later reads as its default in older events, and a
field that is no longer known is skipped.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from cattrs.preconf.json import make_converter

_converter = make_converter()


@dataclass(frozen=True)
class Facts:
    """What every event keeps: the promised moment as it stands after the move."""

    due_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the facts as plain JSON values; moments as ISO text."""
        data: dict[str, Any] = _converter.unstructure(self)
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return the facts that `to_json` wrote, by this or by an earlier version of the class."""
        return _converter.structure(data, cls)


# --- Parts ---


@dataclass(frozen=True)
class FeeLine:
    """One fee as the applicant was asked for it; `amount` None is set by other rules."""

    key: str = ""
    kind: str = ""
    name: str = ""
    amount: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Fees:
    """The fee lines at this moment, their sum, and what was still to be paid."""

    lines: tuple[FeeLine, ...] = ()
    total: int = 0
    owed: int = 0


@dataclass(frozen=True)
class FileLine:
    """One file of the applicant; `size` in bytes."""

    name: str = ""
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class PaperLine:
    """One paper of the dossier with the files sent for it; `kind` in words."""

    name: str = ""
    kind: str = ""
    copies: int = 1
    filled_in_online: bool = False
    files: tuple[FileLine, ...] = ()


@dataclass(frozen=True)
class AnswerLine:
    label: str = ""
    text: str = ""


@dataclass(frozen=True)
class AnswerSection:
    title: str = ""
    answers: tuple[AnswerLine, ...] = ()


@dataclass(frozen=True)
class Applicant:
    name: str = ""
    citizen_id: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    delivery: str = ""
    delivery_words: str = ""


@dataclass(frozen=True)
class Officer:
    name: str = ""
    title: str = ""


@dataclass(frozen=True)
class Signature:
    """Who signs for the authority: the lines of capacity above the name, and the name."""

    capacity: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Letterhead:
    """The authority as its papers named it on that day."""

    name: str = ""
    short_name: str = ""
    portal_name: str = ""
    parent: str = ""
    place: str = ""
    address: str = ""
    phone: str = ""
    issuer_line: str = ""
    desk_line: str = ""
    desk_name: str = ""
    desk_hours: str = ""
    form_set: str = ""
    receipt_tax_code: str = ""
    receipt_template: str = ""
    receipt_series: str = ""
    site_url: str = ""


@dataclass(frozen=True)
class PaperHead:
    """What every paper prints: by whom, for whom, about which dossier."""

    letterhead: Letterhead = Letterhead()
    applicant: Applicant = Applicant()
    officer: Officer = Officer()
    service_name: str = ""
    agency_name: str = ""
    tracking_code: str = ""
    tracking_url: str = ""
    official_number: str = ""
    channel: str = ""
    level: int = 0
    submitted_at: datetime | None = None
    received_at: datetime | None = None


@dataclass(frozen=True)
class PaperFacts(Facts):
    """The facts of a move for which a paper is made."""

    head: PaperHead = PaperHead()


# --- One class per move that keeps more than the promised moment ---


@dataclass(frozen=True)
class Submitted(PaperFacts):
    form_version: int = 0
    papers: tuple[PaperLine, ...] = ()
    fees: Fees = Fees()


@dataclass(frozen=True)
class Received(PaperFacts):
    """`book_order` is the order in the yearly book of dossiers (form 06)."""

    book_order: int = 0
    sets: int = 1
    time_limit: str = ""
    filer: str = ""
    papers: tuple[PaperLine, ...] = ()
    fees: Fees = Fees()


@dataclass(frozen=True)
class Refused(PaperFacts):
    """A refusal at the desk or by the leader: form 03, numbered by year."""

    form_number: int = 0
    symbol: str = ""
    signature: Signature = Signature()


@dataclass(frozen=True)
class SupplementRequested(PaperFacts):
    """A request for papers: form 02, numbered by year."""

    form_number: int = 0
    symbol: str = ""


@dataclass(frozen=True)
class PaymentRequested(Facts):
    """`amount` 0: no new fee, the applicant is reminded of what is owed."""

    fee_name: str = ""
    amount: int = 0
    owed: int = 0


@dataclass(frozen=True)
class PaymentReceived(PaperFacts):
    """Money that the ledger gave to the dossier; `lines` are the fees that it covers exactly."""

    amount: int = 0
    reference: str = ""
    method: str = ""
    bank_code: str = ""
    gateway_reference: str = ""
    paid_at: datetime | None = None
    is_play_money: bool = False
    lines: tuple[FeeLine, ...] = ()


@dataclass(frozen=True)
class Proposed(Facts):
    result_text: str = ""


@dataclass(frozen=True)
class Approved(PaperFacts):
    """A result: `number` with its notation, as "05/QĐ-UBND"."""

    title: str = ""
    number: str = ""
    result_text: str = ""
    legal_basis: tuple[str, ...] = ()
    sections: tuple[AnswerSection, ...] = ()
    signature: Signature = Signature()


# --- What the caller of a move gives to it ---


@dataclass(frozen=True)
class Submission:
    """The papers that were found complete when the dossier was sent."""

    papers: tuple[PaperLine, ...] = ()


@dataclass(frozen=True)
class NewFee:
    """A fee fixed only now; amount 0 asks for what is already owed."""

    name: str = ""
    amount: int = 0


@dataclass(frozen=True)
class Proposal:
    result_text: str = ""


@dataclass(frozen=True)
class Money:
    """A sum that came in, from the payment ledger."""

    amount: int
    reference: str
    method: str
    bank_code: str = ""
    gateway_reference: str = ""
    paid_at: datetime | None = None
    is_play_money: bool = False


Given = Submission | NewFee | Proposal | Money
