"""Keep the translations complete, without the gettext programs.

The strings in the source are Vietnamese. locale/en holds their English. locale/vi, if there, rewords what Django and
its libraries say in Vietnamese or leave in English; it is not made from our source.

    manage.py translations update     rewrite locale/en from the source, keeping what is translated
    manage.py translations check      name everything missing or wrong
    manage.py translations compile    make the files that Django reads
"""

import ast
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation.template import templatize

SOURCES = ("portal", "payments", "dossiers", "services", "templates")
TARGET = "en"
SKIPPED_FOLDERS = {"migrations", "tests", "node_modules"}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
LITERAL = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
TEMPLATE_CALL = re.compile(
    rf"(?<!\w)(_|n?p?gettext)\(({LITERAL}(?:,\s*{LITERAL})*)(?:,\s*count)?\)"
)
PLACEHOLDER = re.compile(r"%(?:\([^)]*\))?[#0\-]*[\d.*]*[diouxXeEfFgGcrsa]|\{[^{}\s]*\}")
DATES = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team):.*\n',
    re.M,
)
HEADER = """\
# Vietnamese in the source, English here. Written by “manage.py translations update”; the msgstr lines are ours."""

Found = tuple[
    str | tuple[str, ...], str | None
]  # a string, or its singular and plural; and its context


class Command(BaseCommand):
    """update, check or compile."""

    help = "Update, check or compile the translations."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One word says what to do."""
        parser.add_argument("action", choices=["update", "check", "compile"])

    def handle(self, *args: object, **options: str) -> None:
        """Do it in the first folder of LOCALE_PATHS."""
        folder = Path(settings.LOCALE_PATHS[0])
        file = po_file(folder, TARGET)
        if options["action"] == "update":
            write(file, updated(read(file), extracted(Path(settings.BASE_DIR))))
        elif options["action"] == "check":
            check(folder, extracted(Path(settings.BASE_DIR)))
        else:
            compile_all(folder)


def po_file(folder: Path, language: str) -> Path:
    """Where the translations into a language are written."""
    return folder / language / "LC_MESSAGES" / "django.po"


def extracted(root: Path) -> Catalog:
    """All strings of the source below `root` that ask for a translation."""
    catalog = Catalog()
    for file in source_files(root):
        read_strings = template_strings if file.suffix in {".html", ".txt"} else python_strings
        for string, context in read_strings(file.read_text(encoding="utf-8"), file):
            catalog.add(string, context=context)
    return catalog


def source_files(root: Path) -> Iterator[Path]:
    """Python modules and templates, but for tests, migrations and the like."""
    for source in SOURCES:
        for file in sorted((root / source).rglob("*")):
            inside = file.relative_to(root).parts
            is_template = file.suffix in {".html", ".txt"} and "templates" in inside
            if (file.suffix == ".py" or is_template) and not SKIPPED_FOLDERS.intersection(inside):
                yield file


def python_strings(text: str, file: Path) -> Iterator[Found]:
    """The strings in calls of gettext and its relatives in a Python module."""
    for _line, string, _comments, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
        yield string, context


def template_strings(text: str, file: Path) -> Iterator[Found]:
    """The strings of a template; Django itself rewrites its tags as calls, in the midst of blanked-out text."""
    for call in TEMPLATE_CALL.finditer(templatize(text, origin=str(file))):
        name, strings = call[1], ast.literal_eval(f"[{call[2]}]")
        context = strings.pop(0) if "p" in name.removesuffix("gettext") else None
        yield (tuple(strings) if len(strings) > 1 else strings[0]), context


def read(file: Path) -> Catalog:
    """The catalogue in a file; an empty one when there is no such file."""
    if not file.exists():
        return Catalog(locale=TARGET)
    with file.open("rb") as source:
        try:
            return pofile.read_po(source, locale=file.parent.parent.name, abort_invalid=True)
        except (pofile.PoFileError, ValueError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error


def messages(catalog: Catalog) -> Iterator[Message]:
    """The messages of a catalogue without its header."""
    return (message for message in catalog if message.id)


def updated(old: Catalog, source: Catalog) -> Catalog:
    """The strings of `source` with the translations of `old`; what the source no longer has is dropped."""
    new = Catalog(locale=TARGET, project="ba-to-e-services", version="1")
    for message in messages(source):
        known = old.get(message.id, context=message.context)
        if known and isinstance(known.id, tuple) == isinstance(message.id, tuple):
            fuzzy = known.flags & {"fuzzy"}
            new.add(
                message.id,
                known.string,
                (),
                fuzzy,
                (),
                known.user_comments,
                context=message.context,
            )
        else:
            new.add(message.id, context=message.context)
    return new


def write(file: Path, catalog: Catalog) -> None:
    """Write a catalogue so that it differs only where a string does: sorted, no line numbers, no dates."""
    catalog.header_comment = HEADER
    catalog.fuzzy = False
    output = io.BytesIO()
    pofile.write_po(
        output, catalog, width=100, no_location=True, sort_output=True, ignore_obsolete=True
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(DATES.sub("", output.getvalue().decode()), encoding="utf-8")


def check(folder: Path, source: Catalog) -> None:
    """Fail with a list of everything missing or wrong."""
    english = read(po_file(folder, TARGET))
    problems = [
        f"en: missing from the file, run “translations update”: {shown(m)}"
        for m in missing(source, english)
    ]
    problems += [f"en: no longer in the source: {shown(m)}" for m in missing(english, source)]
    problems += [
        f"en: not translated: {shown(m)}" for m in messages(english) if not all(strings(m.string))
    ]
    for language, catalog in catalogues(folder):
        problems += [f"{language}: marked fuzzy: {shown(m)}" for m in messages(catalog) if m.fuzzy]
        problems += [
            f"{language}: other placeholders: {shown(m)}"
            for m in messages(catalog)
            if wrong_placeholders(m)
        ]
    if problems:
        raise CommandError("\n".join([*problems, f"{len(problems)} problems in the translations."]))


def catalogues(folder: Path) -> Iterator[tuple[str, Catalog]]:
    """All languages with a file, and what is in it."""
    for file in sorted(folder.glob("*/LC_MESSAGES/django.po")):
        yield file.parent.parent.name, read(file)


def missing(wanted: Catalog, there: Catalog) -> Iterator[Message]:
    """Messages of `wanted` that `there` does not know."""
    return (m for m in messages(wanted) if there.get(m.id, context=m.context) is None)


def strings(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """One string or several, as several."""
    return (value,) if isinstance(value, str) else tuple(value or ())


def shown(message: Message) -> str:
    """The source text of a message for a list of problems, on one line."""
    text = " ".join(strings(message.id)[0].split())
    return f"“{text}”" if len(text) <= 90 else f"“{text[:89]}…”"


def wrong_placeholders(message: Message) -> bool:
    """Does a translation lack a placeholder or have one too many? The singular may say "one" instead of a number."""
    allowed = placeholders(strings(message.id)[-1])
    translations = [text for text in strings(message.string) if text]
    if (
        isinstance(message.id, tuple)
        and len(translations) > 1
        and placeholders(translations[0]) < allowed
    ):
        translations = translations[1:]
    return any(placeholders(text) != allowed for text in translations)


def placeholders(text: str) -> set[str]:
    """What a text leaves open: %(name)s, %s, {name}."""
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def compile_all(folder: Path) -> None:
    """Make the .mo file of every .po file that is newer than it."""
    for file in sorted(folder.glob("*/LC_MESSAGES/django.po")):
        compiled = file.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns > file.stat().st_mtime_ns:
            continue
        part = compiled.with_suffix(".mo.new")
        with part.open("wb") as output:
            write_mo(output, read(file))
        part.replace(compiled)  # whole or not at all: somebody may be reading it
