"""What may stand in the files of the catalogue: the keys of each row and what each may hold."""

import math
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from services import paper_font
from services.models import Fee, FormTemplate, Paper

REQUIRED = object()  # in place of a default: the key must be written


class FieldRule(NamedTuple):
    """What a key may hold (a word of TYPES), and its value when it is not written."""

    expects: str
    default: Any = REQUIRED


AGENCY_KEYS = {
    "code": FieldRule("text"),
    "name": FieldRule("text"),
    "address": FieldRule("text", ""),
    "phone": FieldRule("text", ""),
    "email": FieldRule("text", ""),
}
FIELD_KEYS = {
    "code": FieldRule("text"),
    "name": FieldRule("text"),
    "summary": FieldRule("text", ""),
    "order": FieldRule("number", 0),
}
SPECIAL_DAY_KEYS = {"day": FieldRule("date"), "kind": FieldRule("text"), "name": FieldRule("text")}
SERVICE_KEYS = {
    "code": FieldRule("text", ""),
    "slug": FieldRule("text"),
    "name": FieldRule("text"),
    "summary": FieldRule("text"),
    "field": FieldRule("text"),
    "agency": FieldRule("text"),
    "level": FieldRule("number"),
    "audience": FieldRule("text"),
    "applicants": FieldRule("text", ""),
    "steps": FieldRule("texts"),
    "channels": FieldRule("texts"),
    "sets": FieldRule("number"),
    "conditions": FieldRule("texts", []),
    "time_limit": FieldRule("number or null"),
    "time_unit": FieldRule("text"),
    "time_note": FieldRule("text", ""),
    "result": FieldRule("text"),
    "legal_basis": FieldRule("texts"),
    "featured": FieldRule("flag", False),
    "published": FieldRule("flag", True),
    "fees": FieldRule("rows", []),
    "papers": FieldRule("rows", []),
    "templates": FieldRule("rows", []),
    "form": FieldRule("form", {}),
}
FEE_KEYS = {
    "key": FieldRule("text"),
    "kind": FieldRule("text"),
    "name": FieldRule("text"),
    "amount": FieldRule("number or null"),
    "note": FieldRule("text", ""),
}
PAPER_KEYS = {
    "key": FieldRule("text"),
    "name": FieldRule("text"),
    "kind": FieldRule("text"),
    "copies": FieldRule("number", 1),
    "required": FieldRule("flag", True),
    "upload": FieldRule("flag", True),
    "hint": FieldRule("text", ""),
}
TEMPLATE_KEYS = {
    "key": FieldRule("text"),
    "name": FieldRule("text"),
    "addressee": FieldRule("text", ""),
    "form": FieldRule("form", {}),
}
# The lines that belong to a service: key in the file (and related name of the model), the keys of
# each line, its model.
LINES: dict[str, tuple[dict[str, FieldRule], type[Model]]] = {
    "fees": (FEE_KEYS, Fee),
    "papers": (PAPER_KEYS, Paper),
    "templates": (TEMPLATE_KEYS, FormTemplate),
}


def service_values(service: dict) -> dict:
    """Return the columns of Service for a service of a file, without its lines and references."""
    values = {
        key: value for key, value in service.items() if key not in {"field", "agency", *LINES}
    }
    values["is_featured"] = values.pop("featured")
    values["is_published"] = values.pop("published")
    return values


def is_plain(value: Any) -> bool:
    """Whether JSON can hold `value` and give back the same."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(is_plain(item) for item in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int)


def is_texts(value: Any) -> bool:
    if not isinstance(value, list):
        return False
    return all(isinstance(item, str) and item.strip() for item in value)


# For each type of value: what is of it, and what to do about one that is not.
TYPES: dict[str, tuple[Callable[[Any], bool], Any]] = {
    "text": (
        lambda value: isinstance(value, str),
        _("cần chữ; để trong dấu nháy nếu có “: ” hay trông như số, ngày, yes/no."),
    ),
    "texts": (is_texts, _("cần một danh sách câu chữ; câu có “: ” phải để trong dấu nháy.")),
    "number": (
        lambda value: type(value) is int,
        _("cần một số nguyên, không có dấu chấm hay chữ."),
    ),
    "number or null": (
        lambda value: value is None or type(value) is int,
        _("cần một số nguyên, hoặc null nếu theo quy định."),
    ),
    "flag": (lambda value: isinstance(value, bool), _("cần true hoặc false.")),
    "date": (
        lambda value: type(value) is date,
        _("cần một ngày dạng 2026-09-02, không để trong dấu nháy."),
    ),
    "rows": (
        lambda value: isinstance(value, list),
        _("cần một danh sách, mỗi dòng bắt đầu bằng “-”."),
    ),
    "form": (
        lambda value: isinstance(value, dict) and is_plain(value),
        _("cần “sections”; ngày tháng phải để trong dấu nháy."),
    ),
}


def type_error(value: Any, expects: str) -> str:
    """Return what to do about a value of the wrong type, or that papers cannot print.

    "" when it is right.
    """
    is_right, remedy = TYPES[expects]
    if not is_right(value):
        return str(remedy)

    undrawn = paper_font.undrawn(str(value))
    if undrawn:
        return _("giấy tờ không in được ký tự: %(characters)s") % {"characters": " ".join(undrawn)}
    return ""
