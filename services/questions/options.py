"""What the kinds share that offer answers to choose from."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from services.questions.base import CHOICE_MISSING, FormQuestion
from services.questions.spec_keys import refuse_repeats, spec_key


@dataclass(frozen=True)
class Option:
    """What is stored and what is read."""

    value: str
    label: str


def read_options(value: Any, where: str) -> tuple[Option, ...]:
    """Read a list of [value, label] pairs: a mapping would lose its order in PostgreSQL's jsonb."""
    if not isinstance(value, list) or len(value) < 2 or not all(is_pair(pair) for pair in value):
        raise ValidationError(
            _("Cần ít nhất hai lựa chọn [giá trị, nhãn] ở %(where)s.") % {"where": where}
        )
    options = tuple(Option(stored, label) for stored, label in value)
    refuse_repeats([option.value for option in options], _("Lựa chọn"))
    return options


def is_pair(pair: Any) -> bool:
    if not isinstance(pair, list) or len(pair) != 2:
        return False
    return all(isinstance(part, str) and part for part in pair)


@dataclass(frozen=True, kw_only=True)
class OptionsQuestion(FormQuestion):
    answer_missing = CHOICE_MISSING

    options: tuple[Option, ...] = spec_key(read_options)

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(option.value, option.label) for option in self.options]

    def label_of(self, value: Any) -> str:
        """Return the label of a stored value; the value itself where it is no longer offered."""
        return dict(self.choices).get(value, str(value))
