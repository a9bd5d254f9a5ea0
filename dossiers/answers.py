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


Specification = tuple[form_spec.Section, ...]
# Kinds that are not answered on the page of their section: texts to read, and files.
OFF_PAGE = form_spec.SPEAKING | {"file"}


def sections(specification: Specification) -> Specification:
    """Return the sections that ask something on a page; a section of files only does not."""
    return tuple(section for section in specification if asked_on_a_page(section))


@dataclass(frozen=True)
class Contents:
    """What a dossier asks, parsed once: the sections with questions, and the papers with files."""

    specification: Specification
    sections: Specification
    papers: list[Slot]


def contents(dossier: Dossier) -> Contents:
    specification = form_spec.parse(dossier.form)
    return Contents(specification, sections(specification), papers(dossier, specification))


def asked_on_a_page(section: form_spec.Section) -> tuple[Question, ...]:
    """Return the questions of a section that are answered on its page; files are papers."""
    return tuple(question for question in section.questions if question.kind not in OFF_PAGE)


def summary(dossier: Dossier, specification: Specification | None = None) -> list[AnsweredSection]:
    """Return every section with its questions and answers in words.

    `specification` is the parsed form of the dossier, where the caller has it already.
    """
    if specification is None:
        specification = form_spec.parse(dossier.form)
    answered = []
    for number, section in enumerate(sections(specification)):
        lines = tuple(
            Answer(question.label, in_words(question, dossier.answers.get(question.key)))
            for question in asked_on_a_page(section)
        )
        answered.append(AnsweredSection(section.title, number, lines))
    return answered


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


def papers(
    dossier: Dossier, specification: Specification | None = None, *, round: int | None = None
) -> list[Slot]:
    """Return the list of papers and file questions with the files sent (all rounds, or one).

    In reading order.
    """
    if specification is None:
        specification = form_spec.parse(dossier.form)
    files: dict[str, list[Attachment]] = {}
    for attachment in dossier.attachments.all():
        if round is None or attachment.round == round:
            files.setdefault(attachment.slot, []).append(attachment)

    slots = []
    for paper in dossier.papers:
        slots.append(
            Slot(
                key=paper["key"],
                name=paper["name"],
                kind=str(Paper.Kind(paper["kind"]).label),
                copies=paper["copies"],
                required=paper["required"],
                upload=paper["upload"],
                hint=paper["hint"],
                files=tuple(files.pop(paper["key"], ())),
            )
        )
    for question in file_questions(specification):
        slots.append(
            Slot(
                key=question.key,
                name=question.label,
                kind=_("Tệp"),
                copies=1,
                required=question.required,
                upload=True,
                hint=question.help,
                files=tuple(files.pop(question.key, ())),
            )
        )
    # What belongs to no line – other papers of a supplement, a paper that is no longer asked – is
    # never out of sight.
    for key, left in files.items():
        slots.append(other_papers(key, tuple(left)))
    return slots


def file_questions(specification: Specification) -> list[Question]:
    questions = [question for section in specification for question in section.questions]
    return [question for question in questions if question.kind == "file"]


def other_papers(key: str, files: tuple[Attachment, ...]) -> Slot:
    """Return the line of files that belong to no line of the list."""
    return Slot(
        key=key,
        name=_("Giấy tờ khác"),
        kind=_("Tệp"),
        copies=1,
        required=False,
        upload=False,
        hint="",
        files=files,
    )


def missing(papers: list[Slot]) -> list[Slot]:
    """Return the required papers for which no file was sent."""
    return [slot for slot in papers if slot.is_missing]
