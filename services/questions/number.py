"""A number as Vietnamese write it: dots between thousands, a comma before decimals.

A whole number is stored as int, a decimal as text ("12.5"), so that no digit is lost.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from services.questions.base import TypedQuestion
from services.questions.spec_keys import read_text, spec_key
from services.questions.text import CleanCharField

_THOUSANDS = re.compile(r"^-?\d{1,3}(\.\d{3})+(,\d+)?$")
_NUMBER = re.compile(r"^[-+]?[0-9]{1,15}(\.[0-9]{1,6})?$")
_STORED_DECIMAL = re.compile(r"^-?\d+\.\d+$")


class NumberField(CleanCharField):
    """A number; "12.5" is understood as well as "12,5"."""

    def __init__(
        self, *, minimum: float | None = None, maximum: float | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**{"widget": forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs})
        self.minimum, self.maximum = minimum, maximum

    def clean(self, value: Any) -> int | str | None:
        text = re.sub(r"\s", "", super().clean(value))
        if not text:
            return None
        if _THOUSANDS.match(text):
            text = text.replace(".", "")
        plain = text.replace(",", ".")
        if not _NUMBER.match(plain):
            raise forms.ValidationError(_("Hãy ghi bằng chữ số, ví dụ 12 hoặc 12,5."))

        number = Decimal(plain)
        if self.minimum is not None and number < self.minimum:
            raise forms.ValidationError(_("Không nhỏ hơn %(limit)s.") % {"limit": self.minimum})
        if self.maximum is not None and number > self.maximum:
            raise forms.ValidationError(_("Không lớn hơn %(limit)s.") % {"limit": self.maximum})

        return stored(number)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) and _STORED_DECIMAL.match(value):
            return value.replace(".", ",")
        return value


def stored(number: Decimal) -> int | str:
    """Return a number as it is kept among the answers."""
    return int(number) if number == number.to_integral_value() else f"{number.normalize():f}"


def read_limit(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")
    return value


@dataclass(frozen=True, kw_only=True)
class Number(TypedQuestion):
    kind = "number"
    editor_help = "một số; “min” và “max” là giới hạn bằng số, “unit” là đơn vị."
    blank_template = "services/questions/blank/line.html"

    min: float | None = spec_key(read_limit, default=None)
    max: float | None = spec_key(read_limit, default=None)
    unit: str = spec_key(read_text, default="")

    @property
    def field_label(self) -> str:
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def make_field(self, **common: Any) -> forms.Field:
        return NumberField(minimum=self.min, maximum=self.max, **common)

    def words(self, answer: Any) -> str:
        if isinstance(answer, int):
            number = number_format(answer, force_grouping=True)
        else:
            number = str(answer).replace(".", ",")
        return f"{number} {self.unit}".strip()

    def example(self, turn: int) -> int | str:
        """Return a number inside the limits, and for a place on Earth one near Ba Tơ."""
        if self.min is not None:
            low = self.min
        else:
            low = min(1, self.max) if self.max is not None else 1
        high = self.max if self.max is not None else low + 10
        between = low + (high - low) * 0.42
        if int(between) >= low:
            return int(between)
        return stored(Decimal(f"{between:.6f}"))
