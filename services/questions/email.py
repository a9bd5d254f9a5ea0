"""A mail address."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from services.questions.base import ANSWER_MISSING, TypedQuestion
from services.questions.text import refuse_undrawn

MAX_LENGTH = 254  # RFC 5321: a path has 256 octets, brackets included


class EmailField(forms.EmailField):
    """What is no mail address is refused with an example."""

    default_error_messages = {"required": ANSWER_MISSING}
    default_validators = [
        EmailValidator(_("Hãy ghi đúng địa chỉ thư, ví dụ ten@example.vn.")),
        refuse_undrawn,  # the name of a host may have letters of any script
    ]

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": "email"})
        super().__init__(**{"max_length": MAX_LENGTH, "widget": widget, **kwargs})


@dataclass(frozen=True, kw_only=True)
class Email(TypedQuestion):
    kind = "email"
    editor_help = "địa chỉ thư điện tử."
    blank_template = "services/questions/blank/line.html"

    def make_field(self, **common: Any) -> forms.Field:
        return EmailField(**common)

    def words(self, answer: Any) -> str:
        return str(answer)

    def example(self, turn: int) -> str:
        return f"lienhe{turn}@example.vn"
