"""A telephone number of Vietnam."""

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from services.questions.base import AnsweredKind, Question
from services.questions.fields import CleanCharField

# Mobile prefixes 03 05 07 08 09 with ten digits; landlines 02 with eleven (national numbering
# plan).
_PHONE = re.compile(r"^(0[35789][0-9]{8}|02[0-9]{9})$")


class Phone(AnsweredKind):
    name = "phone"
    help = "phone: số điện thoại."

    def field(self, question: Question, **common: Any) -> forms.Field:
        return PhoneField(**common)

    def words(self, question: Question, value: Any) -> str:
        return str(value)

    def example(self, question: Question, turn: int) -> str:
        return f"09051{turn % 100_000:05d}"


class PhoneField(CleanCharField):
    """A Vietnamese telephone number, kept as ten or eleven digits from 0.

    +84, spaces and dots are forgiven.
    """

    separators = re.compile(r"[\s.\-()]")
    default_validators = [
        RegexValidator(_PHONE, _("Số điện thoại gồm 10 chữ số bắt đầu bằng 0, ví dụ 0905 123 456."))
    ]

    def __init__(self, **kwargs):
        attrs = {"inputmode": "tel", "autocomplete": "tel"}
        super().__init__(**{"widget": forms.TextInput(attrs=attrs), **kwargs})

    def to_python(self, value):
        digits = super().to_python(value)
        return "0" + digits[3:] if digits.startswith("+84") else digits
