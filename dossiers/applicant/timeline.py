"""The course of a dossier as its applicant reads it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from dossiers.models import Dossier, Event
from dossiers.states import SUPPLEMENT_REQUESTS, Action, Role, State

# What each move reads like afterwards; officers' own steps that tell the applicant nothing new are left out.
SENTENCES = {
    Action.SUBMIT: _("Hồ sơ đã được gửi."),
    Action.RECEIVE: _("Bộ phận Một cửa đã tiếp nhận hồ sơ."),
    Action.REFUSE: _("Hồ sơ không được tiếp nhận."),
    Action.REQUEST_INTAKE_SUPPLEMENT: _("Bộ phận Một cửa yêu cầu bổ sung trước khi tiếp nhận."),
    Action.SUPPLEMENT_INTAKE: _("Người nộp đã gửi bổ sung."),
    Action.WITHDRAW: _("Người nộp đã rút hồ sơ."),
    Action.START: _("Cơ quan chuyên môn bắt đầu giải quyết."),
    Action.REQUEST_SUPPLEMENT: _("Cơ quan chuyên môn yêu cầu bổ sung."),
    Action.SUPPLEMENT: _("Người nộp đã gửi bổ sung. Thời hạn được tính lại từ đầu."),
    Action.REQUEST_PAYMENT: _("Yêu cầu thực hiện nghĩa vụ tài chính. Thời hạn tạm dừng."),
    Action.CONFIRM_PAYMENT: _("Đã thu đủ tiền. Hồ sơ được giải quyết tiếp."),
    Action.RECORD_PAYMENT: _("Đã ghi nhận tiền nộp."),
    Action.PROPOSE: _("Hồ sơ đã được trình phê duyệt."),
    Action.SEND_BACK: _("Hồ sơ được trả lại để xử lý tiếp."),
    Action.APPROVE: _("Đã có kết quả."),
    Action.REJECT: _("Hồ sơ bị từ chối giải quyết."),
    Action.RETURN: _("Đã trả kết quả."),
    Action.REQUEST_WITHDRAWAL: _("Người nộp đề nghị rút hồ sơ."),
    Action.ACCEPT_WITHDRAWAL: _("Hồ sơ đã được rút theo đề nghị."),
    Action.DECLINE_WITHDRAWAL: _("Đề nghị rút không được chấp nhận; hồ sơ được giải quyết tiếp."),
}
# Notes between officers stay between officers.
INTERNAL = frozenset({Action.START, Action.PROPOSE, Action.SEND_BACK})

NEXT_STEPS = {
    State.SUBMITTED: _("Bộ phận Một cửa kiểm tra hồ sơ rồi tiếp nhận hoặc báo cho bạn."),
    State.INTAKE_SUPPLEMENT: _("Bạn cần gửi bổ sung để hồ sơ được tiếp nhận."),
    State.INTAKE_REFUSED: _("Hồ sơ dừng ở đây. Bạn có thể sửa theo lý do đã nêu và nộp hồ sơ mới."),
    State.RECEIVED: _("Hồ sơ đang được chuyển đến cơ quan chuyên môn."),
    State.IN_PROGRESS: _("Cơ quan chuyên môn đang giải quyết."),
    State.SUPPLEMENT: _("Bạn cần gửi bổ sung. Thời hạn tạm dừng cho đến khi bạn gửi đủ."),
    State.AWAITING_PAYMENT: _("Bạn cần nộp tiền. Thời hạn tạm dừng cho đến khi nộp đủ."),
    State.AWAITING_APPROVAL: _("Lãnh đạo đang xem xét."),
    State.APPROVED: _("Kết quả đã có. Hãy nhận theo cách bạn đã chọn."),
    State.REJECTED: _("Hồ sơ dừng ở đây. Lý do ghi trong diễn biến dưới đây."),
    State.RETURNED: _("Hồ sơ đã xong. Cảm ơn bạn."),
    State.WITHDRAWAL_REQUESTED: _("Cán bộ đang xem đề nghị rút của bạn."),
    State.WITHDRAWN: _("Hồ sơ đã được rút và không giải quyết nữa."),
    State.DRAFT: _("Hồ sơ chưa được gửi. Hãy mở lại để điền tiếp."),
}
# Where the office works and the applicant waits; whoever still owes money is not told to do nothing.
WAITS = frozenset({State.SUBMITTED, State.RECEIVED, State.IN_PROGRESS, State.AWAITING_APPROVAL})
NOTHING_TO_DO = _("Bạn chưa cần làm gì.")

# The tone of a state's tag; its word is always beside it.
TONES = {
    State.DRAFT: "info",
    State.SUBMITTED: "wait",
    State.INTAKE_SUPPLEMENT: "attention",
    State.INTAKE_REFUSED: "stop",
    State.RECEIVED: "wait",
    State.IN_PROGRESS: "wait",
    State.SUPPLEMENT: "attention",
    State.AWAITING_PAYMENT: "attention",
    State.AWAITING_APPROVAL: "wait",
    State.APPROVED: "done",
    State.REJECTED: "stop",
    State.RETURNED: "done",
    State.WITHDRAWAL_REQUESTED: "wait",
    State.WITHDRAWN: "stop",
}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    sentence: str
    who: str
    note: str


def entries(dossier: Dossier, *, with_notes: bool) -> list[Entry]:
    """Return the timeline, newest first; notes only for those who may see everything."""
    events = dossier.events.select_related("actor").order_by("-pk")
    return [
        Entry(
            event.at,
            str(SENTENCES[Action(event.action)]),
            _who(event),
            _note(event) if with_notes else "",
        )
        for event in events
    ]


def _who(event: Event) -> str:
    """Officers are named with their title; applicants never, since a code alone may open this page."""
    if event.role == Role.CITIZEN or event.actor is None:
        return ""
    return ", ".join(part for part in (event.actor.get_full_name(), event.actor.title) if part)


def _note(event: Event) -> str:
    return "" if event.action in INTERNAL else event.note


def last_request(dossier: Dossier) -> Event | None:
    """Return the latest request for a supplement."""
    return (
        dossier.events.filter(action__in=SUPPLEMENT_REQUESTS)
        .select_related("actor")
        .order_by("-pk")
        .first()
    )


def next_step(dossier: Dossier) -> str:
    """Return the sentence that tells the applicant what happens now, and whether to do anything."""
    state = State(dossier.state)
    idle = state in WAITS and not dossier.owed
    return f"{NEXT_STEPS[state]} {NOTHING_TO_DO}" if idle else str(NEXT_STEPS[state])
