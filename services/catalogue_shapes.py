"""What may stand in the files of the catalogue: the keys of each kind of row and what each may hold."""

import math
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils.translation import gettext as _

from services.models import Fee, FormTemplate, Paper

MUST = object()  # the key has no default: it must be written


class Key(NamedTuple):
    """What a key may hold, and its value when it is not written."""

    expects: str
    default: Any = MUST


AGENCY_KEYS = {
    "code": Key("text"),
    "name": Key("text"),
    "address": Key("text", ""),
    "phone": Key("text", ""),
    "email": Key("text", ""),
}
FIELD_KEYS = {
    "code": Key("text"),
    "name": Key("text"),
    "summary": Key("text", ""),
    "order": Key("number", 0),
}
SPECIAL_DAY_KEYS = {"day": Key("date"), "kind": Key("text"), "name": Key("text")}
SERVICE_KEYS = {
    "code": Key("text", ""),
    "slug": Key("text"),
    "name": Key("text"),
    "summary": Key("text"),
    "field": Key("text"),
    "agency": Key("text"),
    "level": Key("number"),
    "audience": Key("text"),
    "applicants": Key("text", ""),
    "steps": Key("texts"),
    "channels": Key("texts"),
    "sets": Key("number"),
    "conditions": Key("texts", []),
    "time_limit": Key("number or null"),
    "time_unit": Key("text"),
    "time_note": Key("text", ""),
    "result": Key("text"),
    "legal_basis": Key("texts"),
    "featured": Key("flag", False),
    "published": Key("flag", True),
    "fees": Key("rows", []),
    "papers": Key("rows", []),
    "templates": Key("rows", []),
    "form": Key("form", {}),
}
FEE_KEYS = {
    "key": Key("text"),
    "kind": Key("text"),
    "name": Key("text"),
    "amount": Key("number or null"),
    "note": Key("text", ""),
}
PAPER_KEYS = {
    "key": Key("text"),
    "name": Key("text"),
    "kind": Key("text"),
    "copies": Key("number", 1),
    "required": Key("flag", True),
    "upload": Key("flag", True),
    "hint": Key("text", ""),
}
TEMPLATE_KEYS = {
    "key": Key("text"),
    "name": Key("text"),
    "addressee": Key("text", ""),
    "form": Key("form", {}),
}
# The lines that belong to a service: key in the file (and related name of the model), its keys, its model.
LINES: dict[str, tuple[dict[str, Key], type[Model]]] = {
    "fees": (FEE_KEYS, Fee),
    "papers": (PAPER_KEYS, Paper),
    "templates": (TEMPLATE_KEYS, FormTemplate),
}


def service_values(service: dict) -> dict:
    """Return the plain columns of Service for a service as it stands in a file: without its lines and references."""
    values = {
        key: value for key, value in service.items() if key not in {"field", "agency", *LINES}
    }
    values["is_featured"] = values.pop("featured")
    values["is_published"] = values.pop("published")
    return values


def wrong(value: Any, expects: str) -> str:
    """Return what to do about a value of the wrong kind; empty when it is right."""
    right, remedy = {
        "text": (
            isinstance(value, str),
            _("cần chữ; để trong dấu nháy nếu có “: ” hay trông như số, ngày, yes/no."),
        ),
        "texts": (
            isinstance(value, list)
            and all(isinstance(item, str) and item.strip() for item in value),
            _("cần một danh sách câu chữ; câu có “: ” phải để trong dấu nháy."),
        ),
        "number": (type(value) is int, _("cần một số nguyên, không có dấu chấm hay chữ.")),
        "number or null": (
            value is None or type(value) is int,
            _("cần một số nguyên, hoặc null nếu theo quy định."),
        ),
        "flag": (isinstance(value, bool), _("cần true hoặc false.")),
        "date": (type(value) is date, _("cần một ngày dạng 2026-09-02, không để trong dấu nháy.")),
        "rows": (isinstance(value, list), _("cần một danh sách, mỗi dòng bắt đầu bằng “-”.")),
        "form": (
            isinstance(value, dict) and _plain(value),
            _("cần “sections”; ngày tháng phải để trong dấu nháy."),
        ),
    }[expects]
    return "" if right else remedy


def _plain(value: Any) -> bool:
    """Whether JSON can hold `value` and give back the same."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(_plain(item) for item in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int)
