"""Reading a dossier back: its frozen questions with the answers given.

And its papers with the files sent.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from dossiers.models import Attachment, Dossier
from services import form_spec
from services.form_spec import Question
from services.models import Paper


@dataclass(frozen=True)
class Answer:
    """One line of a summary: the question's label and the answer in words ("" when left empty)."""

    label: str
    text: str


@dataclass(frozen=True)
class AnsweredSection:
    title: str
    number: int
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Slot:
    """One line of the list of papers: what is asked, and what was sent for it."""

    key: str
    name: str
    kind: str
    copies: int
    required: bool
    upload: bool
    hint: str
    files: tuple[Attachment, ...] = ()

    @property
    def is_missing(self) -> bool:
        return self.upload and self.required and not self.files


def sections(dossier: Dossier) -> tuple[form_spec.Section, ...]:
    """Return the sections of the frozen form that ask something on a page (a section of files only
    does not).
    """
    return tuple(
        section
        for section in form_spec.parse(dossier.form)
        if any(question.kind != "file" for question in section.asking)
    )


def summary(dossier: Dossier) -> list[AnsweredSection]:
    """Return every section with its questions and answers in words.

    As the check-your-answers page shows them.
    """
    return [
        AnsweredSection(
            section.title,
            number,
            tuple(
                Answer(question.label, in_words(question, dossier.answers.get(question.key)))
                for question in section.asking
                if question.kind != "file"
            ),
        )
        for number, section in enumerate(sections(dossier))
    ]


def in_words(question: Question, value: Any) -> str:
    """Return a stored answer as people read it.

    Dates dd/mm/yyyy, labels of choices, an address on one line.

    An answer that does not fit its question – the form changed under a draft – is shown as it was
    given.
    """
    if value in (None, "", [], {}):
        return ""
    try:
        return _in_words(question, value)
    except (TypeError, ValueError, AttributeError):
        return str(value)


def _in_words(question: Question, value: Any) -> str:
    labels = {option.value: option.label for option in question.options}
    match question.kind:
        case "yesno":
            return _("Có") if value == "yes" else _("Không")
        case "date":
            return f"{date.fromisoformat(value):%d/%m/%Y}"
        case "choice":
            return labels.get(value, str(value))
        case "choices":
            return "; ".join(
                labels.get(one, one) for one in ([value] if isinstance(value, str) else value)
            )
        case "address":
            return ", ".join(
                part
                for part in (value.get("detail"), value.get("commune"), value.get("province"))
                if part
            )
        case "number":
            whole = isinstance(value, int)
            number = (
                number_format(value, force_grouping=True) if whole else str(value).replace(".", ",")
            )
            return f"{number} {question.unit}".strip()
        case _:
            return str(value)


def papers(dossier: Dossier, *, round: int | None = None) -> list[Slot]:
    """Return the list of papers and file questions with the files sent (all rounds, or one).

    In reading order.
    """
    files: dict[str, list[Attachment]] = {}
    for attachment in dossier.attachments.all():
        if round is None or attachment.round == round:
            files.setdefault(attachment.slot, []).append(attachment)
    slots = [
        Slot(
            paper["key"], paper["name"], str(Paper.Kind(paper["kind"]).label), paper["copies"],
            paper["required"], paper["upload"], paper["hint"], tuple(files.pop(paper["key"], ())),
        )
        for paper in dossier.papers
    ]  # fmt: skip
    for section in form_spec.parse(dossier.form):
        for question in section.asking:
            if question.kind == "file":
                sent = tuple(files.pop(question.key, ()))
                slots.append(
                    Slot(
                        question.key,
                        question.label,
                        _("Tệp"),
                        1,
                        question.required,
                        True,
                        question.help,
                        sent,
                    )
                )
    # What belongs to no line – other papers of a supplement, a paper that is no longer asked – is
    # never out of sight.
    others = [
        Slot(key, _("Giấy tờ khác"), _("Tệp"), 1, False, False, "", tuple(sent))
        for key, sent in files.items()
    ]
    return slots + others


def missing(dossier: Dossier) -> list[Slot]:
    """Return the required papers for which no file was sent."""
    return [slot for slot in papers(dossier) if slot.is_missing]
