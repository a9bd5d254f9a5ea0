"""A number, with limits and a unit."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from services.questions.base import AnsweredKind, Question
from services.questions.fields import CleanCharField

_THOUSANDS = re.compile(r"^-?\d{1,3}(\.\d{3})+(,\d+)?$")
_NUMBER = re.compile(r"^[-+]?[0-9]{1,15}(\.[0-9]{1,6})?$")


class Number(AnsweredKind):
    """Stored as a whole number, or as text where it has decimals."""

    name = "number"
    allowed = frozenset({"min", "max", "unit"})
    help = "number: một số; có thể thêm “min”, “max”, “unit”."

    def is_limit(self, value: Any) -> bool:
        return type(value) in (int, float)

    def field(self, question: Question, **common: Any) -> forms.Field:
        return NumberField(minimum=question.min, maximum=question.max, **common)

    def words(self, question: Question, value: Any) -> str:
        if isinstance(value, int):
            number = number_format(value, force_grouping=True)
        else:
            number = str(value).replace(".", ",")
        return f"{number} {question.unit}".strip()

    def example(self, question: Question, turn: int) -> int:
        """Return a number inside the limits; of coordinates one near Ba Tơ."""
        least = question.min if question.min is not None else 1
        most = question.max if question.max is not None else least + 10
        return int(least + (most - least) * 0.42)


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
