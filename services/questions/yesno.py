"""Yes or no."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.questions.base import CHOICE_MISSING, FormQuestion

LABELS = {"yes": _("Có"), "no": _("Không")}


@dataclass(frozen=True, kw_only=True)
class YesNo(FormQuestion):
    kind = "yesno"
    editor_help = "trả lời “Có” hoặc “Không”."
    answer_missing = CHOICE_MISSING
    blank_template = "services/questions/blank/yesno.html"

    def make_field(self, **common: Any) -> forms.Field:
        choices = list(LABELS.items())
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)

    def words(self, answer: Any) -> str:
        return str(LABELS[answer])

    def example(self, turn: int) -> str:
        return "yes"
