"""The contract of a question kind. One module beside this one fills it for each kind.

docs/how-to.md tells how to add a kind. Answers are stored as plain JSON values.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

# What the specification may say of every question besides key, kind and label.
COMMON = frozenset({"required", "help", "placeholder"})


@dataclass(frozen=True)
class Option:
    """One answer of a choice: what is stored and what is read."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """One question of a section; `kind` is a name of the registry."""

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


class QuestionKind(ABC):
    """What every kind says, also one that only speaks or that is answered with files."""

    name: ClassVar[str]
    # Whether it asks something at all, and whether it is answered on the page of its section.
    asks: ClassVar[bool] = True
    # What the specification may say of it besides COMMON.
    allowed: ClassVar[frozenset[str]] = frozenset()
    # The sentence of help for the editor of the catalogue.
    help: ClassVar[str]
    # How it prints on a form to be filled in by hand; takes `question`.
    blank_template: ClassVar[str] = "services/questions/blank/line.html"

    def is_limit(self, value: Any) -> bool:
        """Whether `value` can be the `min` or `max` of an answer."""
        return False


class AnsweredKind(QuestionKind):
    """A kind that is answered on the page of its section."""

    @abstractmethod
    def field(self, question: Question, **common: Any) -> forms.Field:
        """Return the form field; its `clean` gives the answer as it is stored.

        `common` is label, required and help_text.
        """

    @abstractmethod
    def words(self, question: Question, value: Any) -> str:
        """Return a stored answer as people read it, on pages and on papers."""

    @abstractmethod
    def example(self, question: Question, turn: int) -> Any:
        """Return a made-up answer as it is stored, another one for each `turn`."""
