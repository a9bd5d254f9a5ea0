"""A text of several lines."""

from dataclasses import dataclass
from typing import Any

from django import forms

from services.questions.text import Text


@dataclass(frozen=True, kw_only=True)
class LongText(Text):
    kind = "longtext"
    editor_help = "nhiều dòng chữ; “max_length” là số ký tự nhiều nhất (bỏ trống là 4000)."
    blank_template = "services/questions/blank/longtext.html"
    default_max_length = 4000

    def make_field(self, **common: Any) -> forms.Field:
        return super().make_field(widget=forms.Textarea(attrs={"rows": 5}), **common)
