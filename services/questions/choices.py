"""Any number of several answers."""

from typing import Any

from django import forms

from services.questions.base import AnsweredKind, Question
from services.questions.fields import SomeOfField


class Choices(AnsweredKind):
    name = "choices"
    allowed = frozenset({"options"})
    help = "choices: chọn nhiều; “options” là danh sách [giá trị, nhãn]."
    blank_template = "services/questions/blank/choices.html"

    def field(self, question: Question, **common: Any) -> forms.Field:
        options = [(option.value, option.label) for option in question.options]
        widget = forms.CheckboxSelectMultiple
        return SomeOfField(choices=options, widget=widget, **common)

    def words(self, question: Question, value: Any) -> str:
        labels = {option.value: option.label for option in question.options}
        chosen = [value] if isinstance(value, str) else value
        return "; ".join(labels.get(one, one) for one in chosen)

    def example(self, question: Question, turn: int) -> list[str]:
        return [option.value for option in question.options[:2]]
