"""The contract of a kind of question. Each module of this package holds one kind, as a class.

A question of a service is an instance of its kind. Its fields are the keys that the specification
may hold, declared with `spec_key`; its methods are all that the portal does with it.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from services.questions.spec_keys import read_flag, read_key, read_label, read_text, spec_key

ANSWER_MISSING = _("Hãy điền mục này.")
CHOICE_MISSING = _("Hãy chọn câu trả lời.")
CHOICE_UNKNOWN = _("Hãy chọn một câu trả lời trong danh sách.")


@dataclass(frozen=True, kw_only=True)
class Question(ABC):
    """What may stand in a section."""

    kind: ClassVar[str]  # its word in the specification
    editor_help: ClassVar[str]  # one sentence for the editor of the catalogue, in Vietnamese
    blank_template: ClassVar[str]  # prints it on paper, to be filled in by hand; takes `question`

    key: str = spec_key(read_key, default="")
    label: str = spec_key(read_label)


class Statement(Question):
    """A kind that is read and not answered."""

    @abstractmethod
    def html(self) -> SafeString:
        """Return it as it stands on the page, with the label escaped."""


@dataclass(frozen=True, kw_only=True)
class AskedQuestion(Question):
    """A kind that is answered, by what is typed (FormQuestion) or by a file (file.File)."""

    key: str = spec_key(read_key)
    required: bool = spec_key(read_flag, default=True)
    help: str = spec_key(read_text, default="")


class FormQuestion(AskedQuestion):
    """A kind that is answered with a field of a form."""

    answer_missing: ClassVar = ANSWER_MISSING

    @abstractmethod
    def make_field(self, **common: Any) -> forms.Field:
        """Return the field, made with `common`: label, required, help_text, error_messages.

        What its `clean` returns is stored in Dossier.answers, so JSON must be able to hold it.
        """

    @abstractmethod
    def words(self, answer: Any) -> str:
        """Return a stored answer as people read it, on pages and in printed papers.

        May raise LookupError, TypeError, ValueError or AttributeError for an answer of another
        kind.
        """

    @abstractmethod
    def example(self, turn: int) -> Any:
        """Return a made-up answer for demo dossier number `turn`, as `clean` would return it."""

    @property
    def field_label(self) -> str:
        return self.label

    @property
    def printed_label(self) -> str:
        """The label on paper, where dots to write on follow it."""
        label = self.field_label
        return label if label.endswith(("?", ":", ".")) else f"{label}:"

    def form_field(self) -> forms.Field:
        return self.make_field(
            label=self.field_label,
            required=self.required,
            help_text=self.help,
            error_messages={"required": self.answer_missing, "invalid_choice": CHOICE_UNKNOWN},
        )

    def in_words(self, answer: Any) -> str:
        """Return a stored answer as people read it; "" when nothing was answered.

        An answer that does not fit, because the form changed under a draft, is shown as it is.
        """
        if answer in (None, "", [], {}):
            return ""
        try:
            return self.words(answer)
        except (LookupError, TypeError, ValueError, AttributeError):
            return str(answer)


@dataclass(frozen=True, kw_only=True)
class TypedQuestion(FormQuestion):
    """A kind that is answered by typing into one box."""

    placeholder: str = spec_key(read_text, default="")

    def form_field(self) -> forms.Field:
        field = super().form_field()
        if self.placeholder:
            field.widget.attrs["placeholder"] = self.placeholder
        return field
