"""A Vietnamese telephone number, kept as ten or eleven digits from 0."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from services.questions.base import TypedQuestion
from services.questions.text import CleanCharField

# National numbering plan: ten digits for mobiles (03 05 07 08 09), eleven for landlines (02).
_PHONE = re.compile(r"^(0[35789][0-9]{8}|02[0-9]{9})$")


# A national number without its 0: nine digits of a mobile, ten of a landline.
_BARE_LENGTHS = (9, 10)


def read_whole_number(typed: str) -> str:
    """Return the digits from 0 of a whole number, however it is written; "" for anything else.

    "+84 905 123 456", "84905123456", "0905.123.456" and "905123456" are one number. For comparing
    with a number that is known; whether it may be one is asked by PhoneField.
    """
    digits = "".join(char for char in typed if char.isascii() and char.isdigit())
    bare = digits.lstrip("0")
    if len(bare) > max(_BARE_LENGTHS):
        bare = bare.removeprefix("84").lstrip("0")
    return f"0{bare}" if len(bare) in _BARE_LENGTHS else ""


class PhoneField(CleanCharField):
    """+84, spaces, dots, dashes and brackets are understood."""

    replacements = ((re.compile(r"[\s.\-()]"), ""), (re.compile(r"^\+84"), "0"))
    default_validators = [
        RegexValidator(_PHONE, _("Số điện thoại gồm 10 chữ số bắt đầu bằng 0, ví dụ 0905 123 456."))
    ]

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "tel", "autocomplete": "tel"}
        super().__init__(**{"widget": forms.TextInput(attrs=attrs), **kwargs})


@dataclass(frozen=True, kw_only=True)
class Phone(TypedQuestion):
    kind = "phone"
    editor_help = "số điện thoại ở Việt Nam."
    blank_template = "services/questions/blank/line.html"

    def make_field(self, **common: Any) -> forms.Field:
        return PhoneField(**common)

    def words(self, answer: Any) -> str:
        return str(answer)

    def example(self, turn: int) -> str:
        return f"09051{turn % 100_000:05d}"
