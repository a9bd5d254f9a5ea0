"""What a dossier can be. One record per state; the module imports nothing of ours.

Whatever depends on a state alone stands in its record. How a dossier goes from one state to
another is in `dossiers.moves`.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Who acts. The staff roles are Django groups; SYSTEM is the payment ledger."""

    CITIZEN = "citizen", _("Người nộp")
    DESK = "desk", _("Cán bộ một cửa")
    CASE = "case", _("Chuyên viên thụ lý")
    LEADER = "leader", _("Lãnh đạo")
    SYSTEM = "system", _("Hệ thống")


STAFF_ROLES = (Role.DESK, Role.CASE, Role.LEADER)


class Tone(StrEnum):
    """Colour and shape of a state's tag; its word is always beside it."""

    INFO = "info"
    WAIT = "wait"
    ATTENTION = "attention"
    DONE = "done"
    STOP = "stop"


class State(StrEnum):
    """Where a dossier stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    INTAKE_SUPPLEMENT = "intake_supplement"
    INTAKE_REFUSED = "intake_refused"
    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    SUPPLEMENT = "supplement"
    AWAITING_PAYMENT = "awaiting_payment"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    REJECTED = "rejected"
    DELIVERED = "delivered"
    WITHDRAWAL_REQUESTED = "withdrawal_requested"
    WITHDRAWN = "withdrawn"

    @property
    def record(self) -> "StateRecord":
        return STATES[self]

    @property
    def label(self) -> str | Promise:
        return STATES[self].wording


@dataclass(frozen=True)
class StateRecord:
    """Everything that depends on the state alone.

    `national_code` is TrangThaiHoSo, the ten codes that every system exchanges with the national
    portal; a draft has none. `waits_for` is whose turn it is, None when nobody's. With
    `applicant_waits` the applicant is told that there is nothing to do. In a final state nothing
    can be done any more, and money that arrives goes back. `accepts_files` lets the applicant add
    papers.
    """

    wording: str | Promise
    national_code: int | None
    tone: Tone
    next_step: str | Promise
    waits_for: Role | None
    applicant_waits: bool = False
    accepts_files: bool = False
    is_final: bool = False


STATES: dict[State, StateRecord] = {
    State.DRAFT: StateRecord(
        wording=_("Bản nháp – chưa gửi"),
        national_code=None,
        tone=Tone.INFO,
        next_step=_("Hồ sơ chưa được gửi. Hãy mở lại để điền tiếp."),
        waits_for=Role.CITIZEN,
        accepts_files=True,
    ),
    State.SUBMITTED: StateRecord(
        wording=_("Đã gửi, chờ tiếp nhận"),
        national_code=1,
        tone=Tone.WAIT,
        next_step=_("Bộ phận Một cửa kiểm tra hồ sơ rồi tiếp nhận hoặc báo cho bạn."),
        waits_for=Role.DESK,
        applicant_waits=True,
    ),
    State.INTAKE_SUPPLEMENT: StateRecord(
        wording=_("Cần bổ sung (trước tiếp nhận)"),
        national_code=5,
        tone=Tone.ATTENTION,
        next_step=_("Bạn cần gửi bổ sung để hồ sơ được tiếp nhận."),
        waits_for=Role.CITIZEN,
        accepts_files=True,
    ),
    State.INTAKE_REFUSED: StateRecord(
        wording=_("Không được tiếp nhận"),
        national_code=3,
        tone=Tone.STOP,
        next_step=_("Hồ sơ dừng ở đây. Bạn có thể sửa theo lý do đã nêu và nộp hồ sơ mới."),
        waits_for=None,
        is_final=True,
    ),
    State.RECEIVED: StateRecord(
        wording=_("Đã tiếp nhận"),
        national_code=2,
        tone=Tone.WAIT,
        next_step=_("Hồ sơ đang được chuyển đến cơ quan chuyên môn."),
        waits_for=Role.CASE,
        applicant_waits=True,
    ),
    State.IN_PROGRESS: StateRecord(
        wording=_("Đang giải quyết"),
        national_code=4,
        tone=Tone.WAIT,
        next_step=_("Cơ quan chuyên môn đang giải quyết."),
        waits_for=Role.CASE,
        applicant_waits=True,
    ),
    State.SUPPLEMENT: StateRecord(
        wording=_("Cần bổ sung"),
        national_code=5,
        tone=Tone.ATTENTION,
        next_step=_("Bạn cần gửi bổ sung. Thời hạn tạm dừng cho đến khi bạn gửi đủ."),
        waits_for=Role.CITIZEN,
        accepts_files=True,
    ),
    State.AWAITING_PAYMENT: StateRecord(
        wording=_("Cần thực hiện nghĩa vụ tài chính"),
        national_code=6,
        tone=Tone.ATTENTION,
        next_step=_("Bạn cần nộp tiền. Thời hạn tạm dừng cho đến khi nộp đủ."),
        waits_for=Role.CITIZEN,
    ),
    State.AWAITING_APPROVAL: StateRecord(
        wording=_("Chờ phê duyệt"),
        national_code=4,
        tone=Tone.WAIT,
        next_step=_("Lãnh đạo đang xem xét."),
        waits_for=Role.LEADER,
        applicant_waits=True,
    ),
    State.APPROVED: StateRecord(
        wording=_("Đã có kết quả, chờ trả"),
        national_code=9,
        tone=Tone.DONE,
        next_step=_("Kết quả đã có. Hãy nhận theo cách bạn đã chọn."),
        waits_for=Role.DESK,
    ),
    State.REJECTED: StateRecord(
        wording=_("Từ chối giải quyết"),
        national_code=8,
        tone=Tone.STOP,
        next_step=_("Hồ sơ dừng ở đây. Lý do ghi trong diễn biến dưới đây."),
        waits_for=None,
        is_final=True,
    ),
    State.DELIVERED: StateRecord(
        wording=_("Đã trả kết quả"),
        national_code=10,
        tone=Tone.DONE,
        next_step=_("Hồ sơ đã xong. Cảm ơn bạn."),
        waits_for=None,
        is_final=True,
    ),
    State.WITHDRAWAL_REQUESTED: StateRecord(
        wording=_("Đã đề nghị rút"),
        national_code=7,
        tone=Tone.WAIT,
        next_step=_("Cán bộ đang xem đề nghị rút của bạn."),
        waits_for=Role.CASE,
    ),
    State.WITHDRAWN: StateRecord(
        wording=_("Đã rút hồ sơ"),
        national_code=8,
        tone=Tone.STOP,
        next_step=_("Hồ sơ đã được rút và không giải quyết nữa."),
        waits_for=None,
        is_final=True,
    ),
}

FINAL = frozenset(state for state, record in STATES.items() if record.is_final)
STATE_CHOICES = [(state.value, record.wording) for state, record in STATES.items()]
