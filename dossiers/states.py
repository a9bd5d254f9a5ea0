"""The states of a dossier and the one table of its moves. Read this page first; it imports nothing of ours.

One action has one target: two outcomes are two actions. The buttons of the admin, the tests, the messages and the
diagram in docs/workflow.md are all made from TRANSITIONS.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a dossier stands, in the words a citizen reads."""

    DRAFT = "draft", _("Bản nháp – chưa gửi")
    SUBMITTED = "submitted", _("Đã gửi, chờ tiếp nhận")
    INTAKE_SUPPLEMENT = "intake_supplement", _("Cần bổ sung (trước tiếp nhận)")
    INTAKE_REFUSED = "intake_refused", _("Không được tiếp nhận")
    RECEIVED = "received", _("Đã tiếp nhận")
    IN_PROGRESS = "in_progress", _("Đang giải quyết")
    SUPPLEMENT = "supplement", _("Cần bổ sung")
    AWAITING_PAYMENT = "awaiting_payment", _("Cần thực hiện nghĩa vụ tài chính")
    AWAITING_APPROVAL = "awaiting_approval", _("Chờ phê duyệt")
    APPROVED = "approved", _("Đã có kết quả, chờ trả")
    REJECTED = "rejected", _("Từ chối giải quyết")
    RETURNED = "returned", _("Đã trả kết quả")
    WITHDRAWAL_REQUESTED = "withdrawal_requested", _("Đã đề nghị rút")
    WITHDRAWN = "withdrawn", _("Đã rút hồ sơ")


# TrangThaiHoSo, the ten codes that every system exchanges with the national portal. A draft has none.
NATIONAL_CODES: dict[State, int] = {
    State.SUBMITTED: 1,
    State.INTAKE_SUPPLEMENT: 5,
    State.INTAKE_REFUSED: 3,
    State.RECEIVED: 2,
    State.IN_PROGRESS: 4,
    State.SUPPLEMENT: 5,
    State.AWAITING_PAYMENT: 6,
    State.AWAITING_APPROVAL: 4,
    State.APPROVED: 9,
    State.REJECTED: 8,
    State.RETURNED: 10,
    State.WITHDRAWAL_REQUESTED: 7,
    State.WITHDRAWN: 8,
}

# Nothing can be done with these any more, and money that arrives for them goes back.
FINAL = frozenset({State.INTAKE_REFUSED, State.REJECTED, State.RETURNED, State.WITHDRAWN})


class Role(models.TextChoices):
    """Who acts. Staff roles are the names of Django groups; SYSTEM is the payment ledger."""

    CITIZEN = "citizen", _("Người nộp")
    DESK = "desk", _("Cán bộ một cửa")
    CASE = "case", _("Chuyên viên thụ lý")
    LEADER = "leader", _("Lãnh đạo")
    SYSTEM = "system", _("Hệ thống")


STAFF_ROLES = (Role.DESK, Role.CASE, Role.LEADER)


class Clock(models.TextChoices):
    """What a move does to the time limit."""

    NONE = "none", _("không đổi")
    START = "start", _("bắt đầu tính")
    PAUSE = "pause", _("tạm dừng")
    RESUME = "resume", _("tính tiếp")
    RESTART = "restart", _("tính lại từ đầu")
    STOP = "stop", _("dừng")


class Action(models.TextChoices):
    """What a person (or the ledger) does, as the verb on the button."""

    SUBMIT = "submit", _("Gửi hồ sơ")
    RECEIVE = "receive", _("Tiếp nhận")
    REFUSE = "refuse", _("Từ chối tiếp nhận")
    REQUEST_INTAKE_SUPPLEMENT = "request_intake_supplement", _("Yêu cầu bổ sung trước tiếp nhận")
    SUPPLEMENT_INTAKE = "supplement_intake", _("Gửi bổ sung trước tiếp nhận")
    WITHDRAW = "withdraw", _("Rút hồ sơ")
    START = "start", _("Bắt đầu giải quyết")
    REQUEST_SUPPLEMENT = "request_supplement", _("Yêu cầu bổ sung")
    SUPPLEMENT = "supplement", _("Gửi bổ sung")
    REQUEST_PAYMENT = "request_payment", _("Yêu cầu thực hiện nghĩa vụ tài chính")
    CONFIRM_PAYMENT = "confirm_payment", _("Xác nhận đã thu đủ")
    RECORD_PAYMENT = "record_payment", _("Ghi nhận đã nộp phí")
    PROPOSE = "propose", _("Trình phê duyệt")
    SEND_BACK = "send_back", _("Trả lại để xử lý tiếp")
    APPROVE = "approve", _("Phê duyệt")
    REJECT = "reject", _("Từ chối giải quyết")
    RETURN = "return", _("Trả kết quả")
    REQUEST_WITHDRAWAL = "request_withdrawal", _("Đề nghị rút hồ sơ")
    ACCEPT_WITHDRAWAL = "accept_withdrawal", _("Đồng ý cho rút")
    DECLINE_WITHDRAWAL = "decline_withdrawal", _("Không đồng ý cho rút")


# Asking the applicant for more: before receipt, and after it.
SUPPLEMENT_REQUESTS = (Action.REQUEST_INTAKE_SUPPLEMENT, Action.REQUEST_SUPPLEMENT)


class NotAllowed(Exception):
    """The table does not offer this move now; its text is a sentence for the person who tried."""


@dataclass(frozen=True)
class Edge:
    """One move: from which states, to which (None: stays), by whom, what is told, what the clock does.

    `message` names the pair of templates in templates/dossiers/outbox/, or "" when the applicant is told nothing.
    `paper` names the document made for it, or "". `needs_note` asks the actor for a reason in writing.
    """

    sources: frozenset[State]
    target: State | None
    roles: frozenset[Role]
    message: str = ""
    clock: Clock = Clock.NONE
    paper: str = ""
    needs_note: bool = False


def _edge(sources: set[State], target: State | None, *roles: Role, **rest) -> Edge:
    return Edge(frozenset(sources), target, frozenset(roles), **rest)


S, R = State, Role

TRANSITIONS: dict[Action, Edge] = {
    # Sending and intake
    Action.SUBMIT: _edge(
        {S.DRAFT}, S.SUBMITTED, R.CITIZEN, message="submitted", paper="acknowledgement"
    ),
    Action.RECEIVE: _edge(
        {S.SUBMITTED}, S.RECEIVED, R.DESK, message="received", clock=Clock.START, paper="receipt"
    ),
    Action.REFUSE: _edge(
        {S.SUBMITTED},
        S.INTAKE_REFUSED,
        R.DESK,
        message="refused",
        clock=Clock.STOP,
        paper="refusal",
        needs_note=True,
    ),
    Action.REQUEST_INTAKE_SUPPLEMENT: _edge(
        {S.SUBMITTED},
        S.INTAKE_SUPPLEMENT,
        R.DESK,
        message="supplement_requested",
        paper="supplement_request",
        needs_note=True,
    ),
    Action.SUPPLEMENT_INTAKE: _edge(
        {S.INTAKE_SUPPLEMENT}, S.SUBMITTED, R.CITIZEN, message="supplemented"
    ),
    # Before receipt a dossier is still its sender's: it is withdrawn at once.
    Action.WITHDRAW: _edge(
        {S.SUBMITTED, S.INTAKE_SUPPLEMENT},
        S.WITHDRAWN,
        R.CITIZEN,
        message="withdrawn",
        clock=Clock.STOP,
    ),
    # Processing
    Action.START: _edge({S.RECEIVED}, S.IN_PROGRESS, R.CASE),
    Action.REQUEST_SUPPLEMENT: _edge(
        {S.IN_PROGRESS},
        S.SUPPLEMENT,
        R.CASE,
        message="supplement_requested",
        clock=Clock.PAUSE,
        paper="supplement_request",
        needs_note=True,
    ),
    # Decree 61/2018/NĐ-CP art. 19.4: when a returned dossier is complete the time limit is counted anew.
    Action.SUPPLEMENT: _edge(
        {S.SUPPLEMENT}, S.IN_PROGRESS, R.CITIZEN, message="supplemented", clock=Clock.RESTART
    ),
    Action.REQUEST_PAYMENT: _edge(
        {S.IN_PROGRESS},
        S.AWAITING_PAYMENT,
        R.CASE,
        message="payment_requested",
        clock=Clock.PAUSE,
        needs_note=True,
    ),
    Action.CONFIRM_PAYMENT: _edge(
        {S.AWAITING_PAYMENT},
        S.IN_PROGRESS,
        R.SYSTEM,
        message="payment_recorded",
        clock=Clock.RESUME,
        paper="fee_receipt",
    ),
    Action.RECORD_PAYMENT: _edge(
        {
            S.SUBMITTED,
            S.INTAKE_SUPPLEMENT,
            S.RECEIVED,
            S.IN_PROGRESS,
            S.SUPPLEMENT,
            S.AWAITING_PAYMENT,  # a part of what is owed; CONFIRM_PAYMENT is for the last part
            S.AWAITING_APPROVAL,
            S.APPROVED,
            S.WITHDRAWAL_REQUESTED,
        },
        None,
        R.SYSTEM,
        message="payment_recorded",
        paper="fee_receipt",
    ),
    Action.PROPOSE: _edge({S.IN_PROGRESS}, S.AWAITING_APPROVAL, R.CASE, needs_note=True),
    Action.SEND_BACK: _edge({S.AWAITING_APPROVAL}, S.IN_PROGRESS, R.LEADER, needs_note=True),
    Action.APPROVE: _edge(
        {S.AWAITING_APPROVAL},
        S.APPROVED,
        R.LEADER,
        message="approved",
        clock=Clock.STOP,
        paper="result",
    ),
    Action.REJECT: _edge(
        {S.AWAITING_APPROVAL},
        S.REJECTED,
        R.LEADER,
        message="rejected",
        clock=Clock.STOP,
        paper="refusal",
        needs_note=True,
    ),
    Action.RETURN: _edge({S.APPROVED}, S.RETURNED, R.DESK, message="returned"),
    # Withdrawing after receipt: the citizen asks, the officer stops (national codes 7 and 8).
    Action.REQUEST_WITHDRAWAL: _edge(
        {S.RECEIVED, S.IN_PROGRESS, S.SUPPLEMENT, S.AWAITING_PAYMENT},
        S.WITHDRAWAL_REQUESTED,
        R.CITIZEN,
        message="withdrawal_requested",
    ),
    Action.ACCEPT_WITHDRAWAL: _edge(
        {S.WITHDRAWAL_REQUESTED}, S.WITHDRAWN, R.CASE, message="withdrawn", clock=Clock.STOP
    ),
    Action.DECLINE_WITHDRAWAL: _edge(
        {S.WITHDRAWAL_REQUESTED},
        S.IN_PROGRESS,
        R.CASE,
        message="withdrawal_declined",
        clock=Clock.RESUME,
        needs_note=True,
    ),
}


def leaving(state: State) -> list[Action]:
    """Return the actions that the table offers from `state`, in the order of the table."""
    return [action for action, edge in TRANSITIONS.items() if state in edge.sources]
