"""One of several answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.questions.base import AnsweredKind, Question
from services.questions.fields import OneOfField

MAX_RADIOS = 7


class Choice(AnsweredKind):
    name = "choice"
    allowed = frozenset({"options"})
    help = "choice: chọn một; “options” là danh sách [giá trị, nhãn]."
    blank_template = "services/questions/blank/choice.html"

    def field(self, question: Question, **common: Any) -> forms.Field:
        options = [(option.value, option.label) for option in question.options]
        if len(options) <= MAX_RADIOS:
            return OneOfField(choices=options, widget=forms.RadioSelect, **common)
        return OneOfField(choices=[("", _("Chọn một")), *options], **common)

    def words(self, question: Question, value: Any) -> str:
        for option in question.options:
            if option.value == value:
                return option.label
        return str(value)

    def example(self, question: Question, turn: int) -> str:
        return question.options[turn % len(question.options)].value
