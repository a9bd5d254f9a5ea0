"""The personal identification number: twelve digits, no check digit (docs/architecture.md)."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from services.questions.base import TypedQuestion
from services.questions.text import CleanCharField


class CitizenIdField(CleanCharField):
    """Spaces, dots and dashes between the digits are left out."""

    replacements = ((re.compile(r"[\s.\-]"), ""),)
    default_validators = [
        RegexValidator(r"^[0-9]{12}$", _("Số định danh gồm đúng 12 chữ số, ví dụ 051085001234."))
    ]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.TextInput(attrs={"inputmode": "numeric"}), **kwargs})


@dataclass(frozen=True, kw_only=True)
class CitizenId(TypedQuestion):
    kind = "citizen_id"
    editor_help = "số định danh cá nhân, 12 chữ số."
    blank_template = "services/questions/blank/citizen_id.html"

    def make_field(self, **common: Any) -> forms.Field:
        return CitizenIdField(**common)

    def words(self, answer: Any) -> str:
        return str(answer)

    def example(self, turn: int) -> str:
        return f"0510800{turn % 100_000:05d}"
