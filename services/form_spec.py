"""The closed vocabulary in which a service says what it asks.

A specification is plain data – it lives in a catalogue file, in `Service.form`, and frozen on each dossier:

    {"sections": [{"key": "cong-trinh", "title": "…", "help": "…",
                   "questions": [{"key": "dia_diem", "kind": "text", "label": "…", "required": true}]}]}

`parse` turns it into dataclasses, `validate` refuses a bad one by name. How a question is drawn and checked on a page
is `dossiers.fields`' business.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")

# Kinds that ask something, and kinds that only speak.
ASKING = frozenset(
    "text longtext number date choice choices yesno citizen_id phone email address file".split()  # noqa: SIM905 - a list to read
)
SPEAKING = frozenset({"heading", "note"})
WITH_OPTIONS = frozenset({"choice", "choices"})
# What else a question may say, and whether it is said rightly. Limits of a date are written like answers: "2026-01-31".
_OPTIONAL: dict[str, Callable[[Any, str], bool]] = {
    "required": lambda value, kind: isinstance(value, bool),
    "help": lambda value, kind: isinstance(value, str),
    "max_length": lambda value, kind: type(value) is int and value > 0,
    "min": lambda value, kind: _is_limit(value, kind),
    "max": lambda value, kind: _is_limit(value, kind),
    "unit": lambda value, kind: isinstance(value, str),
    "placeholder": lambda value, kind: isinstance(value, str),
}


@dataclass(frozen=True)
class Option:
    """One answer of a choice: what is stored and what is read."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """One question of a section; `kind` is a word of ASKING or SPEAKING."""

    key: str
    kind: str
    label: str
    required: bool = True
    help: str = ""
    max_length: int | None = None
    min: Any = None
    max: Any = None
    unit: str = ""
    placeholder: str = ""
    options: tuple[Option, ...] = ()

    @property
    def asks(self) -> bool:
        return self.kind in ASKING


@dataclass(frozen=True)
class Section:
    """What is asked on one page."""

    key: str
    title: str
    help: str = ""
    questions: tuple[Question, ...] = ()

    @property
    def asking(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.asks)


def parse(spec: dict) -> tuple[Section, ...]:
    """Return the sections of a valid specification; an empty one gives no sections.

    Raises ValidationError naming the section and question at fault.
    """
    if not spec:
        return ()
    if (
        not isinstance(spec, dict)
        or set(spec) != {"sections"}
        or not isinstance(spec["sections"], list)
    ):
        raise ValidationError(_("Biểu mẫu phải là một đối tượng có đúng một khóa “sections”."))
    sections = tuple(_section(raw) for raw in spec["sections"])
    _refuse_repeats([section.key for section in sections], _("Phần"))
    _refuse_repeats(
        [q.key for section in sections for q in section.questions if q.asks], _("Câu hỏi")
    )
    return sections


def validate(spec: dict) -> None:
    """Validator for model fields: raise ValidationError when `spec` is not a specification."""
    parse(spec)


def _section(raw: Any) -> Section:
    if (
        not isinstance(raw, dict)
        or not isinstance(raw.get("title"), str)
        or not raw["title"].strip()
    ):
        raise ValidationError(_("Mỗi phần của biểu mẫu cần “key”, “title” và “questions”."))
    key = _key(raw, raw["title"])
    if not isinstance(raw.get("help", ""), str):
        raise ValidationError(
            _("Giá trị sai kiểu của %(keys)s ở %(where)s.")
            % {"keys": "help", "where": raw["title"]}
        )
    unknown = set(raw) - {"key", "title", "help", "questions"}
    if unknown or not isinstance(raw.get("questions"), list) or not raw["questions"]:
        raise ValidationError(
            _("Phần “%(title)s” có khóa lạ hoặc không có câu hỏi.") % {"title": raw["title"]}
        )
    questions = tuple(
        _question(question, raw["title"], number)
        for number, question in enumerate(raw["questions"])
    )
    return Section(key, raw["title"], raw.get("help", ""), questions)


def _question(raw: Any, section: str, number: int) -> Question:
    where = _("câu %(number)d của phần “%(section)s”") % {"number": number + 1, "section": section}
    if (
        not isinstance(raw, dict)
        or not isinstance(raw.get("kind"), str)
        or raw["kind"] not in ASKING | SPEAKING
    ):
        raise ValidationError(
            _("Loại câu hỏi không có trong danh sách: %(where)s.") % {"where": where}
        )
    if not isinstance(raw.get("label"), str) or not raw["label"].strip():
        raise ValidationError(_("Thiếu “label” ở %(where)s.") % {"where": where})
    kind = raw["kind"]
    _refuse_unknown(raw, where)
    key = _key(raw, where) if kind in ASKING else str(raw.get("key", ""))
    options = _options(raw.get("options", []), where) if kind in WITH_OPTIONS else ()
    rest = {name: raw[name] for name in _OPTIONAL if name in raw}
    return Question(key=key, kind=kind, label=raw["label"], options=options, **rest)


def _refuse_unknown(raw: dict, where: str) -> None:
    """Refuse keys that are not in the vocabulary, then values of the wrong type."""
    unknown = set(raw) - {"key", "kind", "label", "options"} - set(_OPTIONAL)
    if unknown:
        keys = ", ".join(sorted(str(key) for key in unknown))
        raise ValidationError(_("Khóa lạ %(keys)s ở %(where)s.") % {"keys": keys, "where": where})
    wrong = [
        name
        for name, is_right in _OPTIONAL.items()
        if name in raw and not is_right(raw[name], raw["kind"])
    ]
    if wrong:
        raise ValidationError(
            _("Giá trị sai kiểu của %(keys)s ở %(where)s.")
            % {"keys": ", ".join(wrong), "where": where}
        )


def _is_limit(value: Any, kind: str) -> bool:
    """Whether `value` can limit answers of `kind`: a number for numbers; an ISO date or "today" for dates."""
    if kind == "number":
        return type(value) in (int, float)
    if kind != "date" or not isinstance(value, str):
        return False
    if value == "today":
        return True
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _options(raw: Any, where: str) -> tuple[Option, ...]:
    """Options are a list of [value, label] pairs: a mapping would lose its order in PostgreSQL's jsonb."""
    if not isinstance(raw, list) or len(raw) < 2 or not all(_is_pair(pair) for pair in raw):
        raise ValidationError(
            _("Cần ít nhất hai lựa chọn [giá trị, nhãn] ở %(where)s.") % {"where": where}
        )
    _refuse_repeats([value for value, _label in raw], _("Lựa chọn"))
    return tuple(Option(value, label) for value, label in raw)


def _is_pair(pair: Any) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(part, str) and part for part in pair)
    )


def _key(raw: dict, where: str) -> str:
    key = raw.get("key")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise ValidationError(
            _("“key” phải là chữ thường không dấu, số, gạch: %(where)s.") % {"where": where}
        )
    return key


def _refuse_repeats(values: list[str], what: str) -> None:
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ValidationError(
            _("%(what)s bị trùng: %(values)s.") % {"what": what, "values": ", ".join(repeated)}
        )
