"""Reading a dossier back: its frozen questions with the answers given.

And its papers with the files sent.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from dossiers.models import Attachment, Dossier
from services import form_spec
from services.models import Paper
from services.questions import in_words
from services.questions.base import Question
from services.questions.file import File


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
OFF_PAGE = form_spec.SPEAKING | {File.name}


def sections(specification: Specification) -> Specification:
    """Return the sections that ask something on a page; a section of files only does not."""
    return tuple(section for section in specification if asked_on_a_page(section))


@dataclass(frozen=True)
class Contents:
    """What a dossier asks, parsed once: the sections with questions, and the papers with files."""

    specification: Specification
    sections: Specification
    papers: list[Slot]
    missing: list[Slot]


def contents(dossier: Dossier, specification: Specification) -> Contents:
    listed = papers(dossier, specification)
    return Contents(specification, sections(specification), listed, missing(listed))


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
    return [question for question in questions if question.kind == File.name]


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
