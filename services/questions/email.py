"""A mail address."""

from typing import Any

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from services.questions.base import AnsweredKind, Question
from services.questions.fields import MISSING


class Email(AnsweredKind):
    name = "email"
    help = "email: địa chỉ thư điện tử."

    def field(self, question: Question, **common: Any) -> forms.Field:
        return EmailField(**common)

    def words(self, question: Question, value: Any) -> str:
        return str(value)

    def example(self, question: Question, turn: int) -> str:
        return f"lienhe{turn}@example.vn"


class EmailField(forms.EmailField):
    """A mail address; what is none is refused with an example."""

    default_error_messages = MISSING
    default_validators = [EmailValidator(_("Hãy ghi đúng địa chỉ thư, ví dụ ten@example.vn."))]

    def __init__(self, **kwargs):
        attrs = {"autocomplete": "email"}
        super().__init__(**{"max_length": 254, "widget": forms.EmailInput(attrs=attrs), **kwargs})
