"""What each move asks of the officer, and what it will do, told before the button is pressed.

A move names its form in the table (`Move.form`); the classes are registered here with `@asks`.
"""

import re
from collections.abc import Callable
from typing import Any

from django import forms

from dossiers import facts
from dossiers.models import Document, Dossier
from dossiers.moves import Action, Clock, OfficerForm, Purpose, with_purpose
from dossiers.states import State
from services.questions.text import PrintedCharField

MAX_NOTE = 4_000
MAX_RESULT = 20_000
MAX_FEE = 1_000_000_000
# What a database column of đồng can hold; a sum beyond it must be an error of the form.
MAX_OWED = 2_147_483_647

_THOUSANDS = re.compile(r"^-?[0-9]{1,3}(\.[0-9]{3})+$")
_DIGITS = re.compile(r"^-?[0-9]+$")

CLOCK_WORDS = {
    Clock.NONE: "",
    Clock.START: "Thời hạn giải quyết bắt đầu được tính.",
    Clock.PAUSE: "Thời hạn tạm dừng.",
    Clock.RESUME: "Thời hạn được tính tiếp.",
    Clock.RESTART: "Thời hạn được tính lại từ đầu.",
    Clock.STOP: "Thời hạn dừng lại.",
}

FORMS: dict[OfficerForm, type["MoveForm"]] = {}


def asks(*names: OfficerForm) -> Callable[[type["MoveForm"]], type["MoveForm"]]:
    """Register the decorated class as the form of these names."""

    def register(form: type["MoveForm"]) -> type["MoveForm"]:
        for name in names:
            FORMS[name] = form
        return form

    return register


def form_for(action: Action, dossier: Dossier, data=None, initial=None) -> "MoveForm":
    """Return the form of a move, bound when there is `data`, else filled with `initial`."""
    return FORMS[action.move.form](data, initial=initial, action=action, dossier=dossier)


def consequences(action: Action, dossier: Dossier) -> list[str]:
    """Return, in sentences, what the move will do; made from the table."""
    move = action.move
    told = []
    if move.target is not None:
        told.append(f"Hồ sơ chuyển từ “{State(dossier.state).label}” sang “{move.target.label}”.")
    if move.also:
        told.append(move.also)
    if move.clock != Clock.NONE:
        told.append(CLOCK_WORDS[move.clock])
    if move.paper:
        told.append(f"Hệ thống lập “{Document.Kind(move.paper).label}”.")
    if move.letter and dossier.email:
        told.append("Người nộp được báo qua thư điện tử.")
    elif move.letter:
        phone = dossier.phone or "(chưa có số)"
        told.append(f"Người nộp không để lại thư điện tử; hãy báo qua điện thoại {phone}.")
    return told


@asks(OfficerForm.NOTE)
class MoveForm(forms.Form):
    """The officer's words; a move that owes a reason does not go without one."""

    note_label = "Ghi chú"
    note_help = "Không bắt buộc."
    use_required_attribute = False  # the page answers itself, in words that fit

    note = PrintedCharField(
        widget=forms.Textarea(attrs={"rows": 4}), max_length=MAX_NOTE, required=False
    )

    def __init__(self, *args, action: Action, dossier: Dossier, **kwargs):
        """Take the move and the dossier besides what every form takes."""
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.dossier = dossier
        move = action.move
        if move.internal:
            reader = "Chỉ nội bộ, người nộp không đọc."
        else:
            reader = "Người nộp đọc được."

        note = self.fields["note"]
        note.required = move.needs_reason
        note.label = self.note_label
        note.help_text = f"{self.note_help} {reader}".strip()
        note.error_messages["required"] = f"Hãy ghi “{self.note_label}”."

    def given(self) -> facts.Given | None:
        """Return what the move is given besides the note."""
        return None

    def background(self) -> dict[str, Any]:
        """Return what the officer should know before this move, for the template."""
        return {}


@asks(OfficerForm.REASON)
class ReasonForm(MoveForm):
    note_label = "Lý do"
    note_help = "Ghi rõ ràng, đủ ý; lý do được in nguyên văn nếu có lập phiếu."


@asks(OfficerForm.SUPPLEMENT)
class SupplementForm(MoveForm):
    note_label = "Nội dung cần bổ sung"
    note_help = (
        "Mỗi dòng một giấy tờ hoặc một điểm cần sửa, kèm lý do. "
        "Ghi đủ một lần: chỉ được yêu cầu bổ sung một lần."
    )

    def background(self) -> dict[str, Any]:
        requests = with_purpose(Purpose.REQUEST_SUPPLEMENT)
        earlier = self.dossier.events.filter(action__in=requests).select_related("actor")
        return {"earlier_requests": list(earlier)}


class MoneyField(forms.IntegerField):
    """A sum in whole đồng: "150.000", "150 000" and "150000" are one sum, "1,5" is none."""

    widget = forms.TextInput(attrs={"inputmode": "numeric"})

    def to_python(self, value: Any) -> int | None:
        """Read dots as between thousands; a plain integer field would read 150.000 as 150."""
        typed = re.sub(r"\s", "", str(value or ""))
        if _THOUSANDS.match(typed):
            typed = typed.replace(".", "")
        elif typed and not _DIGITS.match(typed):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(typed)


@asks(OfficerForm.FEE)
class FeeForm(MoveForm):
    """A fee fixed only now; with 0 đồng the applicant is asked for what is already owed."""

    field_order = ["fee_name", "amount", "note"]
    note_label = "Căn cứ thu"
    note_help = "Vì sao phải nộp khoản này."

    fee_name = PrintedCharField(label="Nội dung thu", max_length=200, required=False)
    amount = MoneyField(
        label="Số tiền (đồng)",
        min_value=0,
        max_value=MAX_FEE,
        help_text="Ví dụ 150.000. Ghi 0 nếu chỉ nhắc nộp khoản đã có.",
        error_messages={
            "required": "Hãy ghi số tiền.",
            "invalid": "Số tiền là số đồng chẵn, ví dụ 150.000 hoặc 150000.",
        },
    )

    def clean(self) -> dict[str, Any]:
        """A sum needs a name, no sum needs a debt, and the total must fit its column."""
        super().clean()
        amount = self.cleaned_data.get("amount")
        if amount and not self.cleaned_data.get("fee_name"):
            self.add_error("fee_name", "Hãy ghi tên khoản thu.")
        if amount == 0 and not self.dossier.owed:
            sentence = "Hồ sơ không còn khoản nào phải nộp, nên số tiền phải lớn hơn 0."
            self.add_error("amount", sentence)
        if amount and self.dossier.fee_total + amount > MAX_OWED:
            self.add_error("amount", "Tổng số tiền của hồ sơ quá lớn.")
        return self.cleaned_data

    def given(self) -> facts.NewFee:
        return facts.NewFee(name=self.cleaned_data["fee_name"], amount=self.cleaned_data["amount"])


@asks(OfficerForm.PROPOSAL)
class ProposalForm(MoveForm):
    """What the leader reads, and what the result will say."""

    note_label = "Ý kiến trình"
    note_help = "Lãnh đạo đọc trước khi quyết định."

    result_text = PrintedCharField(
        label="Nội dung kết quả",
        help_text="In nguyên văn vào giấy kết quả khi được phê duyệt.",
        widget=forms.Textarea(attrs={"rows": 10}),
        max_length=MAX_RESULT,
        error_messages={"required": "Hãy ghi nội dung kết quả."},
    )

    def __init__(self, *args, dossier: Dossier, **kwargs):
        """Begin with the result as it was proposed before, if the leader sent it back."""
        super().__init__(*args, dossier=dossier, **kwargs)
        earlier = dossier.last_event(Action.PROPOSE)
        proposed = earlier.facts if earlier else None
        if isinstance(proposed, facts.Proposed):
            self.initial.setdefault("result_text", proposed.result_text)

    def given(self) -> facts.Proposal:
        return facts.Proposal(result_text=self.cleaned_data["result_text"])

    def background(self) -> dict[str, Any]:
        return {"sent_back": self.dossier.last_event(Action.SEND_BACK)}


@asks(OfficerForm.DECISION)
class DecisionForm(MoveForm):
    """Approving what was proposed."""

    def background(self) -> dict[str, Any]:
        return {"proposal": self.dossier.last_event(Action.PROPOSE)}


@asks(OfficerForm.REJECTION)
class RejectionForm(DecisionForm):
    note_label = ReasonForm.note_label
    note_help = ReasonForm.note_help


@asks(OfficerForm.DIRECTIONS)
class DirectionsForm(DecisionForm):
    note_label = "Ý kiến chỉ đạo"
    note_help = "Điều cần làm thêm trước khi trình lại."


@asks(OfficerForm.HANDOVER)
class HandoverForm(MoveForm):
    """Handing over the result; what is owed is paid first."""

    def background(self) -> dict[str, Any]:
        return {"must_pay_first": self.dossier.owed > 0}
