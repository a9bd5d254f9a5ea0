"""What a service asks, read from its specification: plain data in a closed vocabulary.

It stands in a file of the catalogue, in `Service.form`, and frozen on each dossier:

    {"sections": [{"key": "cong-trinh", "title": "…", "help": "…", "questions": [
        {"key": "dia_diem", "kind": "text", "label": "…", "required": true}]}]}
"""

import json
from dataclasses import MISSING, dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from services.questions.base import AskedQuestion, FormQuestion, Question
from services.questions.file import File
from services.questions.registry import KINDS
from services.questions.spec_keys import keys_of, read_key, refuse_repeats

# Enough for every form of a catalogue in several versions; one takes about 20 kB.
MAX_CACHED = 512


@dataclass(frozen=True)
class Section:
    """What is asked on one page."""

    key: str
    title: str
    help: str
    questions: tuple[Question, ...]

    @cached_property
    def form_questions(self) -> tuple[FormQuestion, ...]:
        """The questions that are answered on the page itself."""
        return tuple(one for one in self.questions if isinstance(one, FormQuestion))

    @cached_property
    def file_questions(self) -> tuple[File, ...]:
        """The questions that are answered with a file, on the page of papers."""
        return tuple(one for one in self.questions if isinstance(one, File))


def parse(spec: Any) -> tuple[Section, ...]:
    """Return the sections of a valid specification; an empty one has none.

    Each version of a specification is read once per process: sections and questions cannot be
    changed, so callers share them. Raises ValidationError naming the section and question at fault.
    """
    if not spec:
        return ()
    try:
        text = json.dumps(spec)
    except (TypeError, ValueError, RecursionError):
        return _read(spec)  # what JSON cannot hold is refused by name
    return _read_text(text)


def validate(spec: Any) -> None:
    """Validator for model fields: raise ValidationError when `spec` is not a specification."""
    parse(spec)


@lru_cache(MAX_CACHED)
def _read_text(text: str) -> tuple[Section, ...]:
    return _read(json.loads(text))


def _read(spec: Any) -> tuple[Section, ...]:
    is_mapping = isinstance(spec, dict) and set(spec) == {"sections"}
    if not is_mapping or not isinstance(spec["sections"], list):
        raise ValidationError(_("Biểu mẫu phải là một đối tượng có đúng một khóa “sections”."))
    sections = tuple(_section(raw) for raw in spec["sections"])
    refuse_repeats([section.key for section in sections], _("Phần"))
    questions = [question for section in sections for question in section.questions]
    keys = [question.key for question in questions if isinstance(question, AskedQuestion)]
    refuse_repeats(keys, _("Câu hỏi"))
    return sections


def _section(raw: Any) -> Section:
    title = raw.get("title") if isinstance(raw, dict) else None
    if not isinstance(title, str) or not title.strip():
        raise ValidationError(_("Mỗi phần của biểu mẫu cần “key”, “title” và “questions”."))
    key = read_key(raw.get("key"), title)
    help_text = raw.get("help", "")
    if not isinstance(help_text, str):
        raise _wrong_type(["help"], title)
    unknown = set(raw) - {"key", "title", "help", "questions"}
    if unknown or not isinstance(raw.get("questions"), list) or not raw["questions"]:
        raise ValidationError(
            _("Phần “%(title)s” có khóa lạ hoặc không có câu hỏi.") % {"title": title}
        )
    questions = tuple(
        _question(question, title, number) for number, question in enumerate(raw["questions"], 1)
    )
    return Section(key, title, help_text, questions)


def _question(raw: Any, section: str, number: int) -> Question:
    where = _("câu %(number)d của phần “%(section)s”") % {"number": number, "section": section}
    word = raw.get("kind") if isinstance(raw, dict) else None
    if not isinstance(word, str) or word not in KINDS:
        raise ValidationError(
            _("Loại câu hỏi không có trong danh sách: %(where)s.") % {"where": where}
        )
    kind = KINDS[word]
    _refuse_unknown_keys(raw, kind, where)

    values, wrong = {}, []
    for name, field in keys_of(kind).items():
        if name not in raw and field.default is not MISSING:
            continue
        try:
            values[name] = field.metadata["read"](raw.get(name), where)
        except ValueError:
            wrong.append(name)
    if wrong:
        raise _wrong_type(wrong, where)

    return kind(**values)


def _refuse_unknown_keys(raw: dict[str, Any], kind: type[Question], where: str) -> None:
    unknown = set(raw) - {"kind"} - set(keys_of(kind))
    if unknown:
        keys = ", ".join(sorted(str(key) for key in unknown))
        raise ValidationError(_("Khóa lạ %(keys)s ở %(where)s.") % {"keys": keys, "where": where})


def _wrong_type(keys: list[str], where: str) -> ValidationError:
    names = ", ".join(keys)
    return ValidationError(
        _("Giá trị sai kiểu của %(keys)s ở %(where)s.") % {"keys": names, "where": where}
    )
