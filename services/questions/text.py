"""A short text on one line."""

from typing import Any

from django import forms

from services.questions.base import AnsweredKind, Question
from services.questions.fields import CleanCharField

MAX_LENGTH = 200
NAMES = ("Nguyễn Văn Thuận", "Đinh Thị Lan", "Phạm Văn Treo", "Lê Văn Đức", "Phạm Thị Nía")
PERSON_WORDS = ("họ và tên", "họ tên", "người đại diện")


class Text(AnsweredKind):
    name = "text"
    allowed = frozenset({"max_length", "unit"})
    help = "text: một dòng chữ; có thể thêm “max_length”."

    def field(self, question: Question, **common: Any) -> forms.Field:
        return CleanCharField(max_length=question.max_length or MAX_LENGTH, **common)

    def words(self, question: Question, value: Any) -> str:
        return str(value)

    def example(self, question: Question, turn: int) -> str:
        label = question.label.lower()
        if "mã số thuế" in label:
            example = f"4300{turn % 1_000_000:06d}"
        elif any(word in label for word in PERSON_WORDS):
            example = NAMES[turn % len(NAMES)]
        else:
            example = question.placeholder or "Thông tin minh họa"
        return example[: question.max_length]
