"""The table of moves: one record per move, with everything that depends on the move alone.

One action has one target: two outcomes are two actions. Buttons, letters, papers, the timeline,
the tests and the diagram in docs/workflow.md are made from MOVES. What a move does to the dossier
besides is in `dossiers.effects`, what it keeps in `dossiers.facts`. docs/how-to.md tells how to
add one.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dossiers import facts
from dossiers.states import Role, State


class NotAllowed(Exception):
    """The table does not offer this move now; the text is a sentence for the person who tried."""


class Action(StrEnum):
    """What a person, or the ledger, does. Each has a record in MOVES."""

    SUBMIT = "submit"
    RECEIVE = "receive"
    REFUSE = "refuse"
    REQUEST_INTAKE_SUPPLEMENT = "request_intake_supplement"
    SUPPLEMENT_INTAKE = "supplement_intake"
    WITHDRAW = "withdraw"
    START = "start"
    REQUEST_SUPPLEMENT = "request_supplement"
    SUPPLEMENT = "supplement"
    REQUEST_PAYMENT = "request_payment"
    CONFIRM_PAYMENT = "confirm_payment"
    RECORD_PAYMENT = "record_payment"
    PROPOSE = "propose"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    REJECT = "reject"
    DELIVER = "deliver"
    REQUEST_WITHDRAWAL = "request_withdrawal"
    ACCEPT_WITHDRAWAL = "accept_withdrawal"
    DECLINE_WITHDRAWAL = "decline_withdrawal"

    @property
    def move(self) -> "Move":
        return MOVES[self]

    @property
    def label(self) -> str | Promise:
        return MOVES[self].label


class Clock(models.TextChoices):
    """What a move does to the time limit."""

    NONE = "none", _("không đổi")
    START = "start", _("bắt đầu tính")
    PAUSE = "pause", _("tạm dừng")
    RESUME = "resume", _("tính tiếp")
    RESTART = "restart", _("tính lại từ đầu")
    STOP = "stop", _("dừng")


class Purpose(StrEnum):
    """Moves that serve one purpose from different states."""

    REQUEST_SUPPLEMENT = "request_supplement"
    SUPPLEMENT = "supplement"
    WITHDRAW = "withdraw"
    PAYMENT = "payment"
    OTHER = "other"


class Queue(models.TextChoices):
    """Queues of background work, so that none waits for another.

    FILES is for checks of what strangers send in, as many and as slow as they like. DEFAULT is for
    what runs by the clock, and for everything that has no queue of its own.
    """

    COUNTER = "counter"
    PAPERS = "papers"
    MAIL = "mail"
    FILES = "files"
    DEFAULT = "default"


class OfficerForm(StrEnum):
    """What an officer is asked before the move; the forms are in `dossiers.officer.forms`."""

    NOTE = "note"
    REASON = "reason"
    SUPPLEMENT = "supplement"
    FEE = "fee"
    PROPOSAL = "proposal"
    DECISION = "decision"
    REJECTION = "rejection"
    DIRECTIONS = "directions"
    HANDOVER = "handover"


@dataclass(frozen=True)
class Move:
    """Everything that depends on the move alone.

    `target` None: the dossier stays where it is. `sentence` is what the applicant reads in the
    timeline. `letter` names the pair of templates in templates/dossiers/outbox/, `paper` the kind
    of document; "" is none. `paper_queue` is COUNTER for a paper that somebody waits for while the
    officer makes the move. The note of an `internal` move stays between officers. `forward` marks
    the one red button. Before a move with `fresh_sign_in` the password or key is asked again unless
    that was done a moment ago. `also` tells the officer of a consequence that the other fields do
    not show.
    """

    label: str | Promise
    sources: frozenset[State]
    target: State | None
    roles: frozenset[Role]
    sentence: str | Promise
    facts_class: type[facts.Facts] = facts.Facts
    letter: str = ""
    paper: str = ""
    paper_queue: Queue = Queue.PAPERS
    clock: Clock = Clock.NONE
    purpose: Purpose = Purpose.OTHER
    form: OfficerForm = OfficerForm.NOTE
    internal: bool = False
    forward: bool = False
    needs_reason: bool = False
    fresh_sign_in: bool = False
    also: str = ""


MOVES: dict[Action, Move] = {
    # --- Sending and intake
    Action.SUBMIT: Move(
        label=_("Gửi hồ sơ"),
        sources=frozenset({State.DRAFT}),
        target=State.SUBMITTED,
        roles=frozenset({Role.CITIZEN}),
        sentence=_("Hồ sơ đã được gửi."),
        facts_class=facts.Submitted,
        letter="submitted",
        paper="acknowledgement",
    ),
    Action.RECEIVE: Move(
        label=_("Tiếp nhận"),
        sources=frozenset({State.SUBMITTED}),
        target=State.RECEIVED,
        roles=frozenset({Role.DESK}),
        sentence=_("Bộ phận Một cửa đã tiếp nhận hồ sơ."),
        facts_class=facts.Received,
        letter="received",
        paper="receipt",
        paper_queue=Queue.COUNTER,
        clock=Clock.START,
        forward=True,
        also="Hồ sơ được cấp mã số hồ sơ.",
    ),
    Action.REFUSE: Move(
        label=_("Từ chối tiếp nhận"),
        sources=frozenset({State.SUBMITTED}),
        target=State.INTAKE_REFUSED,
        roles=frozenset({Role.DESK}),
        sentence=_("Hồ sơ không được tiếp nhận."),
        facts_class=facts.Refused,
        letter="refused",
        paper="refusal",
        paper_queue=Queue.COUNTER,
        clock=Clock.STOP,
        form=OfficerForm.REASON,
        needs_reason=True,
    ),
    Action.REQUEST_INTAKE_SUPPLEMENT: Move(
        label=_("Yêu cầu bổ sung trước tiếp nhận"),
        sources=frozenset({State.SUBMITTED}),
        target=State.INTAKE_SUPPLEMENT,
        roles=frozenset({Role.DESK}),
        sentence=_("Bộ phận Một cửa yêu cầu bổ sung trước khi tiếp nhận."),
        facts_class=facts.SupplementRequested,
        letter="supplement_requested",
        paper="supplement_request",
        paper_queue=Queue.COUNTER,
        purpose=Purpose.REQUEST_SUPPLEMENT,
        form=OfficerForm.SUPPLEMENT,
        needs_reason=True,
    ),
    Action.SUPPLEMENT_INTAKE: Move(
        label=_("Gửi bổ sung trước tiếp nhận"),
        sources=frozenset({State.INTAKE_SUPPLEMENT}),
        target=State.SUBMITTED,
        roles=frozenset({Role.CITIZEN}),
        sentence=_("Người nộp đã gửi bổ sung."),
        letter="supplemented",
        purpose=Purpose.SUPPLEMENT,
    ),
    # Before receipt a dossier is still its sender's: it is withdrawn at once.
    Action.WITHDRAW: Move(
        label=_("Rút hồ sơ"),
        sources=frozenset({State.SUBMITTED, State.INTAKE_SUPPLEMENT}),
        target=State.WITHDRAWN,
        roles=frozenset({Role.CITIZEN}),
        sentence=_("Người nộp đã rút hồ sơ."),
        letter="withdrawn",
        clock=Clock.STOP,
        purpose=Purpose.WITHDRAW,
    ),
    # --- Processing
    Action.START: Move(
        label=_("Bắt đầu giải quyết"),
        sources=frozenset({State.RECEIVED}),
        target=State.IN_PROGRESS,
        roles=frozenset({Role.CASE}),
        sentence=_("Cơ quan chuyên môn bắt đầu giải quyết."),
        internal=True,
        forward=True,
        also="Bạn trở thành người xử lý hồ sơ.",
    ),
    Action.REQUEST_SUPPLEMENT: Move(
        label=_("Yêu cầu bổ sung"),
        sources=frozenset({State.IN_PROGRESS}),
        target=State.SUPPLEMENT,
        roles=frozenset({Role.CASE}),
        sentence=_("Cơ quan chuyên môn yêu cầu bổ sung."),
        facts_class=facts.SupplementRequested,
        letter="supplement_requested",
        paper="supplement_request",
        paper_queue=Queue.COUNTER,
        clock=Clock.PAUSE,
        purpose=Purpose.REQUEST_SUPPLEMENT,
        form=OfficerForm.SUPPLEMENT,
        needs_reason=True,
    ),
    # Decree 61/2018/NĐ-CP art. 19.4: once the dossier is complete the limit is counted anew.
    Action.SUPPLEMENT: Move(
        label=_("Gửi bổ sung"),
        sources=frozenset({State.SUPPLEMENT}),
        target=State.IN_PROGRESS,
        roles=frozenset({Role.CITIZEN}),
        sentence=_("Người nộp đã gửi bổ sung. Thời hạn được tính lại từ đầu."),
        letter="supplemented",
        clock=Clock.RESTART,
        purpose=Purpose.SUPPLEMENT,
    ),
    Action.REQUEST_PAYMENT: Move(
        label=_("Yêu cầu thực hiện nghĩa vụ tài chính"),
        sources=frozenset({State.IN_PROGRESS}),
        target=State.AWAITING_PAYMENT,
        roles=frozenset({Role.CASE}),
        sentence=_("Yêu cầu thực hiện nghĩa vụ tài chính. Thời hạn tạm dừng."),
        facts_class=facts.PaymentRequested,
        letter="payment_requested",
        clock=Clock.PAUSE,
        form=OfficerForm.FEE,
        needs_reason=True,
    ),
    Action.CONFIRM_PAYMENT: Move(
        label=_("Xác nhận đã thu đủ"),
        sources=frozenset({State.AWAITING_PAYMENT}),
        target=State.IN_PROGRESS,
        roles=frozenset({Role.SYSTEM}),
        sentence=_("Đã thu đủ tiền. Hồ sơ được giải quyết tiếp."),
        facts_class=facts.PaymentReceived,
        letter="payment_recorded",
        paper="fee_receipt",
        paper_queue=Queue.COUNTER,
        clock=Clock.RESUME,
        purpose=Purpose.PAYMENT,
    ),
    Action.RECORD_PAYMENT: Move(
        label=_("Ghi nhận đã nộp phí"),
        sources=frozenset(
            {
                State.SUBMITTED,
                State.INTAKE_SUPPLEMENT,
                State.RECEIVED,
                State.IN_PROGRESS,
                State.SUPPLEMENT,
                # A part of what is owed; CONFIRM_PAYMENT is for the last part.
                State.AWAITING_PAYMENT,
                State.AWAITING_APPROVAL,
                State.APPROVED,
                State.WITHDRAWAL_REQUESTED,
            }
        ),
        target=None,
        roles=frozenset({Role.SYSTEM}),
        sentence=_("Đã ghi nhận tiền nộp."),
        facts_class=facts.PaymentReceived,
        letter="payment_recorded",
        paper="fee_receipt",
        paper_queue=Queue.COUNTER,
        purpose=Purpose.PAYMENT,
    ),
    Action.PROPOSE: Move(
        label=_("Trình phê duyệt"),
        sources=frozenset({State.IN_PROGRESS}),
        target=State.AWAITING_APPROVAL,
        roles=frozenset({Role.CASE}),
        sentence=_("Hồ sơ đã được trình phê duyệt."),
        facts_class=facts.Proposed,
        form=OfficerForm.PROPOSAL,
        internal=True,
        forward=True,
        needs_reason=True,
    ),
    Action.SEND_BACK: Move(
        label=_("Trả lại để xử lý tiếp"),
        sources=frozenset({State.AWAITING_APPROVAL}),
        target=State.IN_PROGRESS,
        roles=frozenset({Role.LEADER}),
        sentence=_("Hồ sơ được trả lại để xử lý tiếp."),
        form=OfficerForm.DIRECTIONS,
        internal=True,
        needs_reason=True,
    ),
    Action.APPROVE: Move(
        label=_("Phê duyệt"),
        sources=frozenset({State.AWAITING_APPROVAL}),
        target=State.APPROVED,
        roles=frozenset({Role.LEADER}),
        sentence=_("Đã có kết quả."),
        facts_class=facts.Approved,
        letter="approved",
        paper="result",
        clock=Clock.STOP,
        form=OfficerForm.DECISION,
        forward=True,
        fresh_sign_in=True,
        also="Kết quả được lấy số và mang tên người phê duyệt.",
    ),
    Action.REJECT: Move(
        label=_("Từ chối giải quyết"),
        sources=frozenset({State.AWAITING_APPROVAL}),
        target=State.REJECTED,
        roles=frozenset({Role.LEADER}),
        sentence=_("Hồ sơ bị từ chối giải quyết."),
        facts_class=facts.Refused,
        letter="rejected",
        paper="refusal",
        paper_queue=Queue.COUNTER,
        clock=Clock.STOP,
        form=OfficerForm.REJECTION,
        needs_reason=True,
        fresh_sign_in=True,
    ),
    Action.DELIVER: Move(
        label=_("Trả kết quả"),
        sources=frozenset({State.APPROVED}),
        target=State.DELIVERED,
        roles=frozenset({Role.DESK}),
        sentence=_("Đã trả kết quả."),
        letter="delivered",
        form=OfficerForm.HANDOVER,
        forward=True,
    ),
    # --- Withdrawing after receipt: the citizen asks, the officer stops (national codes 7 and 8)
    Action.REQUEST_WITHDRAWAL: Move(
        label=_("Đề nghị rút hồ sơ"),
        sources=frozenset(
            {State.RECEIVED, State.IN_PROGRESS, State.SUPPLEMENT, State.AWAITING_PAYMENT}
        ),
        target=State.WITHDRAWAL_REQUESTED,
        roles=frozenset({Role.CITIZEN}),
        sentence=_("Người nộp đề nghị rút hồ sơ."),
        letter="withdrawal_requested",
        purpose=Purpose.WITHDRAW,
    ),
    Action.ACCEPT_WITHDRAWAL: Move(
        label=_("Đồng ý cho rút"),
        sources=frozenset({State.WITHDRAWAL_REQUESTED}),
        target=State.WITHDRAWN,
        roles=frozenset({Role.CASE}),
        sentence=_("Hồ sơ đã được rút theo đề nghị."),
        letter="withdrawn",
        clock=Clock.STOP,
        forward=True,
    ),
    Action.DECLINE_WITHDRAWAL: Move(
        label=_("Không đồng ý cho rút"),
        sources=frozenset({State.WITHDRAWAL_REQUESTED}),
        target=State.IN_PROGRESS,
        roles=frozenset({Role.CASE}),
        sentence=_("Đề nghị rút không được chấp nhận; hồ sơ được giải quyết tiếp."),
        letter="withdrawal_declined",
        clock=Clock.RESUME,
        form=OfficerForm.REASON,
        needs_reason=True,
    ),
}


def leaving(state: State) -> list[Action]:
    """Return the actions that the table offers from `state`, in the order of the table."""
    return [action for action, move in MOVES.items() if state in move.sources]


def with_purpose(purpose: Purpose) -> list[Action]:
    """Return the actions that serve a purpose, in the order of the table."""
    return [action for action, move in MOVES.items() if move.purpose == purpose]


def offered_for(purpose: Purpose, state: str) -> Action | None:
    """Return the one action of a purpose that the table offers from `state`, or None."""
    for action in with_purpose(purpose):
        if state in action.move.sources:
            return action
    return None
