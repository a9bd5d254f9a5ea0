"""One answer out of several."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.questions.options import OptionsQuestion

MAX_RADIOS = 7


@dataclass(frozen=True, kw_only=True)
class Choice(OptionsQuestion):
    kind = "choice"
    editor_help = (
        "chọn một trong “options”, là danh sách các cặp [“giá trị”, “nhãn”]; ít nhất hai cặp."
    )
    blank_template = "services/questions/blank/choice.html"

    def make_field(self, **common: Any) -> forms.Field:
        if len(self.options) <= MAX_RADIOS:
            return forms.ChoiceField(choices=self.choices, widget=forms.RadioSelect, **common)
        return forms.ChoiceField(choices=[("", _("Chọn một")), *self.choices], **common)

    def words(self, answer: Any) -> str:
        return self.label_of(answer)

    def example(self, turn: int) -> str:
        return self.options[turn % len(self.options)].value
