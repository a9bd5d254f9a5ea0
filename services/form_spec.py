"""The specification in which a service says what it asks.

A specification is plain data – it lives in a catalogue file, in `Service.form`, and frozen on each
dossier:

    {"sections": [{"key": "cong-trinh", "title": "…", "help": "…",
                   "questions": [{"key": "dia_diem", "kind": "text", "label": "…"}]}]}

`parse` turns it into dataclasses, `validate` refuses a bad one by name. What a kind of question may
say, and how it is asked, read and printed, is in `services.questions`.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from services.questions import ASKING, KINDS, SPEAKING, WITH_OPTIONS
from services.questions.base import COMMON, Option, Question, QuestionKind

__all__ = ["ASKING", "SPEAKING", "WITH_OPTIONS", "Option", "Question", "Section", "parse"]

KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
# As many versions of forms as a process keeps parsed.
MAX_PARSED = 512

# The type of what a question may say; limits are asked of its kind.
TYPES: dict[str, Callable[[Any], bool]] = {
    "required": lambda value: isinstance(value, bool),
    "help": lambda value: isinstance(value, str),
    "max_length": lambda value: type(value) is int and value > 0,
    "unit": lambda value: isinstance(value, str),
    "placeholder": lambda value: isinstance(value, str),
}


@dataclass(frozen=True)
class Section:
    """What is asked on one page."""

    key: str
    title: str
    help: str = ""
    questions: tuple[Question, ...] = ()

    @property
    def asking(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.kind in ASKING)


def parse(spec: dict) -> tuple[Section, ...]:
    """Return the sections of a valid specification; an empty one gives no sections.

    Each specification is parsed once per process. Raises ValidationError naming the section and
    question at fault.
    """
    try:
        text = json.dumps(spec, sort_keys=True)
    except (TypeError, ValueError):
        return parse_anew(spec)  # not JSON, so it cannot be right: let the error name the place
    return _parse_text(text)


@lru_cache(maxsize=MAX_PARSED)
def _parse_text(text: str) -> tuple[Section, ...]:
    return parse_anew(json.loads(text))


def parse_anew(spec: Any) -> tuple[Section, ...]:
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
        [q.key for section in sections for q in section.questions if q.kind in ASKING], _("Câu hỏi")
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
    where = _("câu %(number)d của phần “%(section)s”") % {
        "number": number + 1,
        "section": section,
    }
    name = raw.get("kind") if isinstance(raw, dict) else None
    if not isinstance(name, str) or name not in KINDS:
        raise ValidationError(
            _("Loại câu hỏi không có trong danh sách: %(where)s.") % {"where": where}
        )
    if not isinstance(raw.get("label"), str) or not raw["label"].strip():
        raise ValidationError(_("Thiếu “label” ở %(where)s.") % {"where": where})
    kind = KINDS[name]
    _refuse_unknown(raw, kind, where)

    key = _key(raw, where) if kind.asks else str(raw.get("key", ""))
    options = _options(raw.get("options", []), where) if "options" in kind.allowed else ()
    said = {key: value for key, value in raw.items() if key in TYPES or key in ("min", "max")}
    return Question(key=key, kind=name, label=raw["label"], options=options, **said)


def _refuse_unknown(raw: dict, kind: QuestionKind, where: str) -> None:
    """Refuse keys that the kind does not know, then values of the wrong type."""
    unknown = set(raw) - {"key", "kind", "label"} - COMMON - kind.allowed
    if unknown:
        keys = ", ".join(sorted(str(key) for key in unknown))
        raise ValidationError(_("Khóa lạ %(keys)s ở %(where)s.") % {"keys": keys, "where": where})
    wrong = [name for name, is_right in TYPES.items() if name in raw and not is_right(raw[name])]
    wrong += [name for name in ("min", "max") if name in raw and not kind.is_limit(raw[name])]
    if wrong:
        raise ValidationError(
            _("Giá trị sai kiểu của %(keys)s ở %(where)s.")
            % {"keys": ", ".join(wrong), "where": where}
        )


def _options(raw: Any, where: str) -> tuple[Option, ...]:
    """Options are a list of [value, label] pairs.

    A mapping would lose its order in PostgreSQL's jsonb.
    """
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
