"""What each move asks of the officer, and what it will do, told from the table before the button is pressed."""

import re
from typing import Any

from django import forms

from dossiers.applicant.timeline import INTERNAL
from dossiers.models import Document, Dossier
from dossiers.states import TRANSITIONS, Action, Clock, State

LONGEST_NOTE = 4_000
LONGEST_RESULT = 20_000
MOST_MONEY = 1_000_000_000
_THOUSANDS = re.compile(r"^-?[0-9]{1,3}(\.[0-9]{3})+$")
_DIGITS = re.compile(r"^-?[0-9]+$")
# What a database column of đồng can hold; a sum beyond it must be an error of the form, not of the page.
MOST_OWED = 2_147_483_647

CLOCK_WORDS = {
    Clock.START: "Thời hạn giải quyết bắt đầu được tính.",
    Clock.PAUSE: "Thời hạn tạm dừng.",
    Clock.RESUME: "Thời hạn được tính tiếp.",
    Clock.RESTART: "Thời hạn được tính lại từ đầu.",
    Clock.STOP: "Thời hạn dừng lại.",
}
ALSO = {
    Action.RECEIVE: "Hồ sơ được cấp mã số hồ sơ.",
    Action.START: "Bạn trở thành người xử lý hồ sơ.",
    Action.APPROVE: "Kết quả được lấy số và mang tên người phê duyệt.",
}


def consequences(action: Action, dossier: Dossier) -> list[str]:
    """Return, in sentences, what the move will do: made from the table, so that they cannot promise anything else."""
    edge = TRANSITIONS[action]
    told = (
        [f"Hồ sơ chuyển từ “{State(dossier.state).label}” sang “{edge.target.label}”."]
        if edge.target
        else []
    )
    told += [ALSO[action]] if action in ALSO else []
    told += [CLOCK_WORDS[edge.clock]] if edge.clock != Clock.NONE else []
    told += [f"Hệ thống lập “{Document.Kind(edge.paper).label}”."] if edge.paper else []
    if edge.message and dossier.email:
        told.append("Người nộp được báo qua thư điện tử.")
    elif edge.message:
        told.append(
            f"Người nộp không để lại thư điện tử; hãy báo qua điện thoại {dossier.phone or '(chưa có số)'}."
        )
    return told


class MoveForm(forms.Form):
    """The officer's words; a move that owes a reason does not go without one."""

    note_label = "Ghi chú"
    note_help = "Không bắt buộc."
    use_required_attribute = False  # the page answers itself, in words that fit

    note = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), max_length=LONGEST_NOTE, required=False
    )

    def __init__(self, *args, action: Action, dossier: Dossier, **kwargs):
        """Take the move and the dossier besides what every form takes."""
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.dossier = dossier
        note = self.fields["note"]
        note.required = TRANSITIONS[action].needs_note
        reader = "Chỉ nội bộ, người nộp không đọc." if action in INTERNAL else "Người nộp đọc được."
        note.label, note.help_text = self.note_label, f"{self.note_help} {reader}".strip()
        note.error_messages["required"] = f"Hãy ghi “{self.note_label}”."

    def facts(self) -> dict[str, Any]:
        """Return what goes into the event besides the note."""
        return {name: value for name, value in self.cleaned_data.items() if name != "note"}


class ReasonForm(MoveForm):
    note_label = "Lý do"
    note_help = "Ghi rõ ràng, đủ ý; lý do được in nguyên văn nếu có lập phiếu."


class SupplementForm(MoveForm):
    note_label = "Nội dung cần bổ sung"
    note_help = "Mỗi dòng một giấy tờ hoặc một điểm cần sửa, kèm lý do. Ghi đủ một lần: chỉ được yêu cầu bổ sung một lần."


class MoneyField(forms.IntegerField):
    """A sum in whole đồng, as Vietnamese write it: "150.000", "150 000" and "150000" are one sum, "1,5" is none."""

    widget = forms.TextInput(attrs={"inputmode": "numeric"})

    def to_python(self, value: Any) -> int | None:
        """Read the dots as between thousands; a plain integer field would read 150.000 as 150."""
        typed = re.sub(r"\s", "", str(value or ""))
        if _THOUSANDS.match(typed):
            typed = typed.replace(".", "")
        elif typed and not _DIGITS.match(typed):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(typed)


class PaymentForm(MoveForm):
    """A fee fixed only now; with 0 đồng the applicant is asked for what is already owed."""

    field_order = ["fee_name", "amount", "note"]
    note_label = "Căn cứ thu"
    note_help = "Vì sao phải nộp khoản này."

    fee_name = forms.CharField(label="Nội dung thu", max_length=200, required=False)
    amount = MoneyField(
        label="Số tiền (đồng)",
        min_value=0,
        max_value=MOST_MONEY,
        help_text="Ví dụ 150.000. Ghi 0 nếu chỉ nhắc nộp khoản đã có.",
        error_messages={
            "required": "Hãy ghi số tiền.",
            "invalid": "Số tiền là số đồng chẵn, ví dụ 150.000 hoặc 150000.",
        },
    )

    def clean(self) -> dict[str, Any]:
        """A sum needs a name, no sum needs a debt, and the total must stay a number that can be kept."""
        super().clean()
        cleaned = self.cleaned_data
        amount = cleaned.get("amount")
        if amount and not cleaned.get("fee_name"):
            self.add_error("fee_name", "Hãy ghi tên khoản thu.")
        if amount == 0 and not self.dossier.owed:
            self.add_error(
                "amount", "Hồ sơ không còn khoản nào phải nộp, nên số tiền phải lớn hơn 0."
            )
        if amount and self.dossier.fee_total + amount > MOST_OWED:
            self.add_error("amount", "Tổng số tiền của hồ sơ quá lớn.")
        return cleaned


class ProposeForm(MoveForm):
    """What the leader reads, and what the result will say."""

    note_label = "Ý kiến trình"
    note_help = "Lãnh đạo đọc trước khi quyết định."

    result_text = forms.CharField(
        label="Nội dung kết quả",
        help_text="In nguyên văn vào giấy kết quả khi được phê duyệt.",
        widget=forms.Textarea(attrs={"rows": 10}),
        max_length=LONGEST_RESULT,
        error_messages={"required": "Hãy ghi nội dung kết quả."},
    )

    def __init__(self, *args, dossier: Dossier, **kwargs):
        """Begin with the result as it was proposed before, if the leader sent it back: only what is wrong is typed."""
        super().__init__(*args, dossier=dossier, **kwargs)
        earlier = dossier.events.filter(action=Action.PROPOSE).order_by("-pk").first()
        self.initial["result_text"] = earlier.data.get("result_text", "") if earlier else ""


class SendBackForm(MoveForm):
    note_label = "Ý kiến chỉ đạo"
    note_help = "Điều cần làm thêm trước khi trình lại."


FORMS: dict[Action, type[MoveForm]] = {
    Action.REFUSE: ReasonForm,
    Action.REQUEST_INTAKE_SUPPLEMENT: SupplementForm,
    Action.REQUEST_SUPPLEMENT: SupplementForm,
    Action.REQUEST_PAYMENT: PaymentForm,
    Action.PROPOSE: ProposeForm,
    Action.SEND_BACK: SendBackForm,
    Action.REJECT: ReasonForm,
    Action.DECLINE_WITHDRAWAL: ReasonForm,
}


def form_for(action: Action, dossier: Dossier, data=None) -> MoveForm:
    """Return the form of a move, bound when there is `data`."""
    return FORMS.get(action, MoveForm)(data, action=action, dossier=dossier)
