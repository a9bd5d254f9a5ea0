"""A personal identification number."""

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from services.questions.base import AnsweredKind, Question
from services.questions.fields import CleanCharField


class CitizenId(AnsweredKind):
    name = "citizen_id"
    help = "citizen_id: số định danh cá nhân, 12 chữ số."
    blank_template = "services/questions/blank/citizen_id.html"

    def field(self, question: Question, **common: Any) -> forms.Field:
        return CitizenIdField(**common)

    def words(self, question: Question, value: Any) -> str:
        return str(value)

    def example(self, question: Question, turn: int) -> str:
        return f"0510800{turn % 100_000:05d}"


class CitizenIdField(CleanCharField):
    """The personal identification number.

    Twelve digits, no check digit (domain facts in docs/architecture.md).
    """

    separators = re.compile(r"[\s.\-]")
    default_validators = [
        RegexValidator(r"^[0-9]{12}$", _("Số định danh gồm đúng 12 chữ số, ví dụ 051085001234."))
    ]

    def __init__(self, **kwargs):
        super().__init__(**{"widget": forms.TextInput(attrs={"inputmode": "numeric"}), **kwargs})
