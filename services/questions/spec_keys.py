"""The keys that a specification may hold for a kind of question, and how each value is read.

A reader takes the value and the place of the question, and returns what is kept. It raises
ValueError for a value of the wrong type, or ValidationError where it has a sentence of its own.
"""

import re
from collections.abc import Callable
from dataclasses import MISSING, Field, field, fields
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def spec_key(read: Callable[[Any, str], Any], *, default: Any = MISSING) -> Any:
    """Declare a field of a question that the specification fills; required without a default."""
    return field(default=default, metadata={"read": read})


def keys_of(kind: type) -> dict[str, Field[Any]]:
    """Return the keys that a kind knows, "kind" aside, with the field that each fills."""
    return {one.name: one for one in fields(kind)}


def read_key(value: Any, where: str) -> str:
    if not isinstance(value, str) or not KEY.fullmatch(value):
        raise ValidationError(
            _("“key” phải là chữ thường không dấu, số, gạch: %(where)s.") % {"where": where}
        )
    return value


def read_label(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValidationError(_("Thiếu “label” ở %(where)s.") % {"where": where})
    return value


def read_text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def read_flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def read_length(value: Any, where: str) -> int:
    if type(value) is not int or value < 1:
        raise ValueError("not a positive whole number")
    return value


def refuse_repeats(values: list[str], what: str) -> None:
    """Raise ValidationError that names each value that stands in the list more than once."""
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ValidationError(
            _("%(what)s bị trùng: %(values)s.") % {"what": what, "values": ", ".join(repeated)}
        )
