"""The closed vocabulary of question kinds.

Everything of a kind stands in its own module: what the specification may say, the form field, how
an answer reads, how it prints blank, an example for the demo, the help for the editor.
"""

from typing import Any

from django import forms

from services.questions.address import Address
from services.questions.base import AnsweredKind, Question, QuestionKind
from services.questions.choice import Choice
from services.questions.choices import Choices
from services.questions.citizen_id import CitizenId
from services.questions.date import Date
from services.questions.email import Email
from services.questions.file import File
from services.questions.heading import Heading
from services.questions.longtext import LongText
from services.questions.note import Note
from services.questions.number import Number
from services.questions.phone import Phone
from services.questions.text import Text
from services.questions.yesno import YesNo

ALL = (
    Text(),
    LongText(),
    Number(),
    Date(),
    Choice(),
    Choices(),
    YesNo(),
    CitizenId(),
    Phone(),
    Email(),
    Address(),
    File(),
    Heading(),
    Note(),
)
KINDS: dict[str, QuestionKind] = {kind.name: kind for kind in ALL}
SPEAKING = frozenset(kind.name for kind in ALL if not kind.asks)
ASKING = frozenset(KINDS) - SPEAKING
WITH_OPTIONS = frozenset(kind.name for kind in ALL if "options" in kind.allowed)


def answered_kind(name: str) -> AnsweredKind:
    """Return a kind that is answered on a page. Raises KeyError or TypeError for any other."""
    kind = KINDS[name]
    if not isinstance(kind, AnsweredKind):
        raise TypeError(f"questions of the kind “{name}” have no answer on their page")
    return kind


def field_for(question: Question) -> forms.Field:
    """Return the form field of a question."""
    label = f"{question.label} ({question.unit})" if question.unit else question.label
    field = answered_kind(question.kind).field(
        question, label=label, required=question.required, help_text=question.help
    )
    if question.placeholder:
        field.widget.attrs["placeholder"] = question.placeholder
    return field


def in_words(question: Question, value: Any) -> str:
    """Return a stored answer as people read it; "" when nothing was answered.

    An answer that does not fit its question – the form changed under a draft – is shown as it was
    given.
    """
    if value in (None, "", [], {}):
        return ""
    try:
        return answered_kind(question.kind).words(question, value)
    except (TypeError, ValueError, AttributeError):
        return str(value)


def example(question: Question, turn: int) -> Any:
    """Return a made-up answer as it is stored, another one for each `turn`."""
    return answered_kind(question.kind).example(question, turn)


def editor_help() -> str:
    """Return a sentence on each kind, for the editor of the catalogue."""
    return " ".join(kind.help for kind in ALL)
