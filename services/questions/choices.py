"""Several answers out of several."""

from dataclasses import dataclass
from typing import Any

from django import forms

from services.questions.options import OptionsQuestion


@dataclass(frozen=True, kw_only=True)
class Choices(OptionsQuestion):
    kind = "choices"
    editor_help = (
        "chọn một hay nhiều trong “options”, là danh sách các cặp [“giá trị”, “nhãn”]; "
        "ít nhất hai cặp."
    )
    blank_template = "services/questions/blank/choices.html"

    def make_field(self, **common: Any) -> forms.Field:
        return forms.MultipleChoiceField(
            choices=self.choices, widget=forms.CheckboxSelectMultiple, **common
        )

    def words(self, answer: Any) -> str:
        chosen = [answer] if isinstance(answer, str) else answer
        return "; ".join(self.label_of(value) for value in chosen)

    def example(self, turn: int) -> list[str]:
        return [option.value for option in self.options[:2]]
