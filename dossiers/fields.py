"""Form fields for each kind of question.

How it is drawn, how what was typed is read, what is said when it is wrong.

`clean` gives what is stored in Dossier.answers: text, whole numbers (or decimals as text), ISO
dates, option values, "yes"/"no", and an address as {"province", "commune", "detail"}.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import EmailValidator, RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.form_spec import Question

MOST_RADIOS = 7
SHORT_TEXT = 200
LONG_TEXT = 4000
_THOUSANDS = re.compile(r"^-?\d{1,3}(\.\d{3})+(,\d+)?$")
_NUMBER = re.compile(r"^[-+]?[0-9]{1,15}(\.[0-9]{1,6})?$")
_DATE = re.compile(r"^(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})$")
# Mobile prefixes 03 05 07 08 09 with ten digits; landlines 02 with eleven (national numbering
# plan).
_PHONE = re.compile(r"^(0[35789][0-9]{8}|02[0-9]{9})$")


class CleanCharField(forms.CharField):
    """Text in composed Unicode, without control characters that no keyboard types.

    Too long is said, not cut off.
    """

    def to_python(self, value):
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        return "".join(char for char in text if char in "\r\n\t" or char.isprintable())

    def widget_attrs(self, widget):
        """Leave out the browser's own maxlength: it cuts what is pasted and says nothing."""
        return {
            name: value
            for name, value in super().widget_attrs(widget).items()
            if name != "maxlength"
        }


class CitizenIdField(CleanCharField):
    """The personal identification number.

    Twelve digits, no check digit (domain facts in docs/architecture.md).
    """

    default_validators = [
        RegexValidator(r"^[0-9]{12}$", _("Số định danh gồm đúng 12 chữ số, ví dụ 051085001234."))
    ]

    def __init__(self, **kwargs):
        super().__init__(**{"widget": forms.TextInput(attrs={"inputmode": "numeric"}), **kwargs})

    def to_python(self, value):
        return re.sub(r"[\s.\-]", "", super().to_python(value))


class PhoneField(CleanCharField):
    """A Vietnamese telephone number, kept as ten or eleven digits from 0.

    +84, spaces and dots are forgiven.
    """

    default_validators = [
        RegexValidator(_PHONE, _("Số điện thoại gồm 10 chữ số bắt đầu bằng 0, ví dụ 0905 123 456."))
    ]

    def __init__(self, **kwargs):
        attrs = {"inputmode": "tel", "autocomplete": "tel"}
        super().__init__(**{"widget": forms.TextInput(attrs=attrs), **kwargs})

    def to_python(self, value):
        digits = re.sub(r"[\s.\-()]", "", super().to_python(value))
        return "0" + digits[3:] if digits.startswith("+84") else digits


class EmailField(forms.EmailField):
    """A mail address; what is none is refused with an example."""

    default_validators = [EmailValidator(_("Hãy ghi đúng địa chỉ thư, ví dụ ten@example.vn."))]

    def __init__(self, **kwargs):
        attrs = {"autocomplete": "email"}
        super().__init__(**{"max_length": 254, "widget": forms.EmailInput(attrs=attrs), **kwargs})


class NumberField(CleanCharField):
    """A number as Vietnamese write it: dots between thousands, a comma before decimals.

    "12.5" is understood too.
    """

    def __init__(self, *, minimum=None, maximum=None, **kwargs):
        super().__init__(**{"widget": forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs})
        self.minimum, self.maximum = minimum, maximum

    def clean(self, value):
        text = re.sub(r"\s", "", super().clean(value))
        if not text:
            return None
        plain = (
            text.replace(".", "").replace(",", ".")
            if _THOUSANDS.match(text)
            else text.replace(",", ".")
        )
        if not _NUMBER.match(plain):
            raise forms.ValidationError(_("Hãy ghi bằng chữ số, ví dụ 12 hoặc 12,5."))
        number = Decimal(plain)
        if self.minimum is not None and number < self.minimum:
            raise forms.ValidationError(_("Không nhỏ hơn %(limit)s.") % {"limit": self.minimum})
        if self.maximum is not None and number > self.maximum:
            raise forms.ValidationError(_("Không lớn hơn %(limit)s.") % {"limit": self.maximum})
        return int(number) if number == number.to_integral_value() else f"{number.normalize():f}"

    def prepare_value(self, value):
        return (
            str(value).replace(".", ",")
            if isinstance(value, str) and re.match(r"^-?\d+\.\d+$", value)
            else value
        )


class VietnameseDateField(CleanCharField):
    """A date typed day first, dd/mm/yyyy; kept as ISO.

    `minimum` and `maximum` are ISO dates or "today".
    """

    def __init__(self, *, minimum=None, maximum=None, **kwargs):
        attrs = {"inputmode": "numeric", "placeholder": _("ngày/tháng/năm")}
        super().__init__(**{"widget": forms.TextInput(attrs=attrs), **kwargs})
        self.minimum, self.maximum = minimum, maximum

    def clean(self, value):
        text = super().clean(value).strip()
        if not text:
            return None
        day = self._read(text)
        if self.minimum and day < _limit(self.minimum):
            raise forms.ValidationError(
                _("Ngày không được trước %(day)s.") % {"day": f"{_limit(self.minimum):%d/%m/%Y}"}
            )
        if self.maximum and day > _limit(self.maximum):
            raise forms.ValidationError(
                _("Ngày không được sau %(day)s.") % {"day": f"{_limit(self.maximum):%d/%m/%Y}"}
            )
        return day.isoformat()

    def _read(self, text: str) -> date:
        try:
            if typed := _DATE.match(text):
                day, month, year = map(int, typed.groups())
                found = date(year, month, day)
            else:
                found = date.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or found.year < 1800:
            raise forms.ValidationError(
                _("Hãy ghi đúng ngày/tháng/năm, năm gồm bốn chữ số, ví dụ 05/09/1990.")
            )
        return found

    def prepare_value(self, value):
        try:
            return f"{date.fromisoformat(value):%d/%m/%Y}"
        except (TypeError, ValueError):
            return value


def _limit(limit: Any) -> date:
    return timezone.localdate() if limit == "today" else date.fromisoformat(str(limit))


class AddressWidget(forms.MultiWidget):
    """Province, commune, detail on three lines, each with its own label."""

    template_name = "dossiers/applicant/_address.html"
    LABELS = (_("Tỉnh, thành phố"), _("Xã, phường, thị trấn"), _("Số nhà, thôn, tổ dân phố"))

    def __init__(self):
        provinces = [(name, name) for name in settings.AUTHORITY["areas"]["provinces"]]
        super().__init__(
            {
                "province": forms.Select(choices=[("", _("Chọn tỉnh, thành phố")), *provinces]),
                "commune": forms.TextInput(attrs={"list": "xa-phuong"}),
                "detail": forms.TextInput(),
            }
        )

    def decompress(self, value):
        value = value or {"province": settings.AUTHORITY["areas"]["home_province"]}
        return [value.get("province", ""), value.get("commune", ""), value.get("detail", "")]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        for widget, label in zip(context["widget"]["subwidgets"], self.LABELS, strict=True):
            widget["label"] = label
        context["communes"] = settings.AUTHORITY["areas"]["communes"]
        return context


class AddressField(forms.MultiValueField):
    """An address in the order in which people in Vietnam look it up; all three parts or none."""

    widget = AddressWidget

    def __init__(self, **kwargs):
        provinces = [(name, name) for name in settings.AUTHORITY["areas"]["provinces"]]
        fields = (
            forms.ChoiceField(
                choices=provinces,
                error_messages={"invalid_choice": _("Hãy chọn tỉnh trong danh sách.")},
            ),
            CleanCharField(max_length=100),
            CleanCharField(max_length=200),
        )
        super().__init__(fields=fields, widget=AddressWidget(), require_all_fields=False, **kwargs)
        self.require_parts(self.required)

    def require_parts(self, required: bool) -> None:
        """Ask for every part, or for none."""
        for part, label in zip(self.fields, AddressWidget.LABELS, strict=True):
            part.required = required
            part.error_messages["incomplete"] = _("Còn thiếu: %(part)s.") % {"part": label}

    def compress(self, values):
        # The home province is chosen beforehand: alone it answers nothing.
        if not any(values[1:] if values else []):
            return None
        return dict(zip(("province", "commune", "detail"), values, strict=True))


def _text(question: Question, **common) -> forms.Field:
    return CleanCharField(max_length=question.max_length or SHORT_TEXT, **common)


def _longtext(question: Question, **common) -> forms.Field:
    length = question.max_length or LONG_TEXT
    return CleanCharField(max_length=length, widget=forms.Textarea(attrs={"rows": 5}), **common)


def _choice(question: Question, **common) -> forms.Field:
    options = [(option.value, option.label) for option in question.options]
    if len(options) <= MOST_RADIOS:
        return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common)
    return forms.ChoiceField(choices=[("", _("Chọn một")), *options], **common)


def _choices(question: Question, **common) -> forms.Field:
    options = [(option.value, option.label) for option in question.options]
    return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **common)


def _yesno(question: Question, **common) -> forms.Field:
    return forms.ChoiceField(
        choices=[("yes", _("Có")), ("no", _("Không"))], widget=forms.RadioSelect, **common
    )


MAKERS: dict[str, Callable[..., forms.Field]] = {
    "text": _text,
    "longtext": _longtext,
    "number": lambda q, **common: NumberField(minimum=q.min, maximum=q.max, **common),
    "date": lambda q, **common: VietnameseDateField(minimum=q.min, maximum=q.max, **common),
    "choice": _choice,
    "choices": _choices,
    "yesno": _yesno,
    "citizen_id": lambda q, **common: CitizenIdField(**common),
    "phone": lambda q, **common: PhoneField(**common),
    "email": lambda q, **common: EmailField(**common),
    "address": lambda q, **common: AddressField(**common),
}


def field_for(question: Question) -> forms.Field:
    """Return the form field of a question; files are asked on the page of papers, not here."""
    label = f"{question.label} ({question.unit})" if question.unit else question.label
    field = MAKERS[question.kind](
        question, label=label, required=question.required, help_text=question.help
    )
    say_what_is_missing(field)
    if question.placeholder:
        field.widget.attrs["placeholder"] = question.placeholder
    return field


def say_what_is_missing(field: forms.Field) -> None:
    """Make the error of an empty required field a sentence that names it."""
    verb = (
        _("Hãy chọn câu trả lời.")
        if isinstance(field, forms.ChoiceField)
        else _("Hãy điền mục này.")
    )
    field.error_messages["required"] = verb
    field.error_messages["invalid_choice"] = _("Hãy chọn một câu trả lời trong danh sách.")
