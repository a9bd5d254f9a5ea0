"""A text of several lines."""

from typing import Any

from django import forms

from services.questions.base import AnsweredKind, Question
from services.questions.fields import CleanCharField

MAX_LENGTH = 4000


class LongText(AnsweredKind):
    name = "longtext"
    allowed = frozenset({"max_length"})
    help = "longtext: nhiều dòng chữ; có thể thêm “max_length”."
    blank_template = "services/questions/blank/longtext.html"

    def field(self, question: Question, **common: Any) -> forms.Field:
        length = question.max_length or MAX_LENGTH
        widget = forms.Textarea(attrs={"rows": 5})
        return CleanCharField(max_length=length, widget=widget, **common)

    def words(self, question: Question, value: Any) -> str:
        return str(value)

    def example(self, question: Question, turn: int) -> str:
        return (question.placeholder or "Thông tin minh họa")[: question.max_length]
