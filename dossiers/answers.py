"""Reading a dossier back: its frozen questions with their answers, its papers with their files."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from dossiers.models import Attachment, Dossier
from dossiers.verdicts import USABLE
from services.models import Paper
from services.questions.file import File
from services.questions.specification import Section, parse


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

    @cached_property
    def usable_files(self) -> tuple[Attachment, ...]:
        """The files that count: a refused one is shown, and another must be sent for it."""
        return tuple(file for file in self.files if file.status in USABLE)

    @property
    def is_checking(self) -> bool:
        return any(file.is_checking for file in self.files)

    @property
    def is_missing(self) -> bool:
        return self.upload and self.required and not self.usable_files


@dataclass(frozen=True)
class Asked:
    """What a dossier asks for, parsed once.

    `sections` ask something on a page, a section of files only does not; `files` are the questions
    answered with a file; `uploads` are the keys for which files can be sent.
    """

    sections: tuple[Section, ...]
    files: tuple[File, ...]
    uploads: frozenset[str]


def asked(dossier: Dossier) -> Asked:
    """Parse the frozen form of a dossier."""
    specification = parse(dossier.form)
    files = tuple(question for section in specification for question in section.file_questions)
    papers_to_upload = [paper["key"] for paper in dossier.papers if paper["upload"]]
    return Asked(
        sections=tuple(section for section in specification if section.form_questions),
        files=files,
        uploads=frozenset([*papers_to_upload, *(question.key for question in files)]),
    )


def summary(dossier: Dossier, known: Asked | None = None) -> list[AnsweredSection]:
    """Return every section with its questions and answers in words.

    `known` is what the dossier asks, where the caller has parsed it already.
    """
    answered = []
    for number, section in enumerate((known or asked(dossier)).sections):
        lines = tuple(
            Answer(question.label, question.in_words(dossier.answers.get(question.key)))
            for question in section.form_questions
        )
        answered.append(AnsweredSection(section.title, number, lines))
    return answered


def papers(dossier: Dossier, known: Asked | None = None, *, round: int | None = None) -> list[Slot]:
    """Return the papers and file questions with their files, of all rounds or of one, in order.

    `known` is what the dossier asks, where the caller has parsed it already.
    """
    files = files_by_slot(dossier, round)
    listed = [listed_paper(paper, files.pop(paper["key"], ())) for paper in dossier.papers]
    for question in (known or asked(dossier)).files:
        listed.append(file_question(question, files.pop(question.key, ())))
    # Files that belong to nothing on the list are still shown: other papers of a supplement, and
    # papers that are no longer asked.
    for key, left in files.items():
        listed.append(other_papers(key, left))
    return listed


def files_by_slot(dossier: Dossier, round: int | None) -> dict[str, tuple[Attachment, ...]]:
    files: dict[str, tuple[Attachment, ...]] = {}
    for attachment in dossier.attachments.all():
        if round is None or attachment.round == round:
            files[attachment.slot] = (*files.get(attachment.slot, ()), attachment)
    return files


def listed_paper(paper: dict[str, Any], files: tuple[Attachment, ...]) -> Slot:
    """Return the line of a paper of the frozen list."""
    return Slot(
        key=paper["key"],
        name=paper["name"],
        kind=str(Paper.Kind(paper["kind"]).label),
        copies=paper["copies"],
        required=paper["required"],
        upload=paper["upload"],
        hint=paper["hint"],
        files=files,
    )


def file_question(question: File, files: tuple[Attachment, ...]) -> Slot:
    """Return the line of a question that is answered with a file."""
    return Slot(
        key=question.key,
        name=question.label,
        kind=_("Tệp"),
        copies=1,
        required=question.required,
        upload=True,
        hint=question.help,
        files=files,
    )


def other_papers(
    key: str, files: tuple[Attachment, ...], *, upload: bool = False, hint: str = ""
) -> Slot:
    """Return the line of files that the list did not foresee."""
    return Slot(
        key=key,
        name=_("Giấy tờ khác"),
        kind=_("Tệp"),
        copies=1,
        required=False,
        upload=upload,
        hint=hint,
        files=files,
    )


def missing(papers: list[Slot]) -> list[Slot]:
    """Return the required papers for which no usable file was sent."""
    return [slot for slot in papers if slot.is_missing]


def refused_files(dossier: Dossier) -> list[Attachment]:
    """Return the files that were found unusable after they were sent in."""
    return [file for file in dossier.attachments.all() if file.status not in USABLE]
