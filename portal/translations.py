"""Gathers, checks and compiles translations in Python: not every machine has the gettext programs.

The strings in the source are Vietnamese. locale/en holds their English. locale/vi, if there,
rewords what Django and its libraries say; it is not made from our source.
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
HEADER = (
    "# Vietnamese in the source, English here. Written by “manage.py translations update”;"
    " the msgstr lines are ours."
)

# A string, or its singular and plural; and its context.
Found = tuple[str | tuple[str, ...], str | None]


class TranslationError(Exception):
    """A file that cannot be read, or the list of everything missing or wrong."""


def update(folder: Path, source_root: Path) -> None:
    """Rewrite the English file from the source, keeping what is translated."""
    file = po_file(folder, TARGET)
    write(file, merged(read(file), extracted(source_root)))


def check(folder: Path, source_root: Path) -> None:
    """Raise TranslationError with a list of everything missing or wrong."""
    source = extracted(source_root)
    english = read(po_file(folder, TARGET))

    problems = []
    for message in missing(source, english):
        problems.append(f"en: missing from the file, run “translations update”: {shown(message)}")
    for message in missing(english, source):
        problems.append(f"en: no longer in the source: {shown(message)}")
    for message in messages(english):
        if not all(strings(message.string)):
            problems.append(f"en: not translated: {shown(message)}")

    for language, catalog in catalogues(folder):
        for message in messages(catalog):
            if message.fuzzy:
                problems.append(f"{language}: marked fuzzy: {shown(message)}")
            if has_wrong_placeholders(message):
                problems.append(f"{language}: other placeholders: {shown(message)}")

    if problems:
        problems.append(f"{len(problems)} problems in the translations.")
        raise TranslationError("\n".join(problems))


def compile_all(folder: Path, source_root: Path) -> None:
    """Make the .mo file of every .po file that is newer than it."""
    for file in sorted(folder.glob("*/LC_MESSAGES/django.po")):
        compiled = file.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns > file.stat().st_mtime_ns:
            continue

        # Written beside its place and renamed, since a running process may be reading it.
        part = compiled.with_suffix(".mo.new")
        with part.open("wb") as output:
            write_mo(output, read(file))
        part.replace(compiled)


def po_file(folder: Path, language: str) -> Path:
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
    for source in SOURCES:
        for file in sorted((root / source).rglob("*")):
            folders = file.relative_to(root).parts
            if SKIPPED_FOLDERS.intersection(folders):
                continue

            is_template = file.suffix in {".html", ".txt"} and "templates" in folders
            if file.suffix == ".py" or is_template:
                yield file


def python_strings(text: str, file: Path) -> Iterator[Found]:
    for _line, string, _comments, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
        yield string, context


def template_strings(text: str, file: Path) -> Iterator[Found]:
    """The strings of a template: Django's templatize rewrites its tags as calls of gettext."""
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
            raise TranslationError(f"{file} cannot be read: {error}") from error


def messages(catalog: Catalog) -> Iterator[Message]:
    """The messages of a catalogue without its header."""
    return (message for message in catalog if message.id)


def merged(old: Catalog, source: Catalog) -> Catalog:
    """The strings of `source` with the translations of `old`; others of `old` are dropped."""
    new = Catalog(locale=TARGET, project="ba-to-e-services", version="1")
    for message in messages(source):
        known = old.get(message.id, context=message.context)
        became_plural = known and isinstance(known.id, tuple) != isinstance(message.id, tuple)
        if known is None or became_plural:
            new.add(message.id, context=message.context)
            continue

        new.add(
            message.id,
            known.string,
            flags=known.flags & {"fuzzy"},
            user_comments=known.user_comments,
            context=message.context,
        )
    return new


def write(file: Path, catalog: Catalog) -> None:
    """Write a catalogue sorted, without line numbers and dates: then a diff shows strings only."""
    catalog.header_comment = HEADER
    catalog.fuzzy = False
    output = io.BytesIO()
    pofile.write_po(
        output, catalog, width=100, no_location=True, sort_output=True, ignore_obsolete=True
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(DATES.sub("", output.getvalue().decode()), encoding="utf-8")


def catalogues(folder: Path) -> Iterator[tuple[str, Catalog]]:
    for file in sorted(folder.glob("*/LC_MESSAGES/django.po")):
        yield file.parent.parent.name, read(file)


def missing(wanted: Catalog, there: Catalog) -> Iterator[Message]:
    """Messages of `wanted` that `there` does not know."""
    for message in messages(wanted):
        if there.get(message.id, context=message.context) is None:
            yield message


def strings(value: str | Iterable[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def shown(message: Message) -> str:
    """The source text of a message for a list of problems, on one line."""
    text = " ".join(strings(message.id)[0].split())
    return f"“{text}”" if len(text) <= 90 else f"“{text[:89]}…”"


def has_wrong_placeholders(message: Message) -> bool:
    """Does a translation lack a placeholder, or have one too many?"""
    expected = placeholders(strings(message.id)[-1])
    translations = [text for text in strings(message.string) if text]

    is_plural = isinstance(message.id, tuple) and len(translations) > 1
    if is_plural and placeholders(translations[0]) < expected:
        translations = translations[1:]  # the singular may say "one" instead of the number

    return any(placeholders(text) != expected for text in translations)


def placeholders(text: str) -> set[str]:
    """The %(name)s, %s and {name} of a text."""
    return set(PLACEHOLDER.findall(text.replace("%%", "")))
