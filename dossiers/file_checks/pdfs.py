"""PDFs opened in full. Runs in the process of `inspect_file`, and nowhere else.

What a PDF can do besides showing pages is found on its structure, object by object, never by
searching its bytes: names may be written in many ways and streams are compressed.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Object, Pdf, Stream

from dossiers.file_checks.inspection import Inspection
from dossiers.verdicts import ACTIVE, Finding, Reason

MAX_PAGES = 5_000
MAX_CHAIN = 20  # of actions, one after another
# What qpdf says of a file that it mended although a part of it is missing.
SIGNS_OF_LOSS = ("unexpected EOF", "Pages tree includes non-dictionary object")
END_IS_LOST = "unable to find trailer dictionary"

# An action's kind → what it does.
ACTIONS = {
    "/JavaScript": Finding.JAVASCRIPT,
    "/Launch": Finding.LAUNCH,
    "/GoToE": Finding.LAUNCH,
    "/GoToR": Finding.LAUNCH,
    "/SubmitForm": Finding.SUBMITS,
    "/ImportData": Finding.SUBMITS,
    "/Rendition": Finding.MEDIA,
    "/Movie": Finding.MEDIA,
    "/Sound": Finding.MEDIA,
    "/RichMediaExecute": Finding.MEDIA,
}
# Keys of any dictionary that are taken out. The first two stand in the tree of names.
KEYS = {
    "/JavaScript": Finding.JAVASCRIPT,
    "/EmbeddedFiles": Finding.EMBEDDED_FILE,
    "/EF": Finding.EMBEDDED_FILE,
    "/JS": Finding.JAVASCRIPT,
    "/XFA": Finding.XFA,
    "/RichMediaContent": Finding.MEDIA,
    "/3DD": Finding.MEDIA,
    "/Movie": Finding.MEDIA,
    "/Sound": Finding.MEDIA,
}
TRIGGERS = ("/OpenAction", "/AA")  # what happens without a press
SIGNATURE = "/ByteRange"
NAMES = "|".join(name[1:] for name in {*ACTIONS, *KEYS, *TRIGGERS, SIGNATURE})
WORTH_A_LOOK = re.compile(f"/({NAMES})\\b".encode())


def inspect(source: Path, copy: Path) -> Inspection:
    """Open a PDF as readers do; write it without active content to `copy` where it has any."""
    try:
        pdf = Pdf.open(source, suppress_warnings=True)
    except pikepdf.PasswordError:
        return Inspection(Reason.LOCKED)
    except pikepdf.PdfError:
        return Inspection(Reason.BROKEN)
    with pdf:
        try:
            return inspect_open(pdf, copy)
        except pikepdf.PdfError:
            return Inspection(Reason.BROKEN)


def inspect_open(pdf: Pdf, copy: Path) -> Inspection:
    number = len(pdf.pages)
    if is_cut_off(pdf):
        return Inspection(Reason.BROKEN)
    if not number:
        return Inspection(Reason.NO_PAGES)
    if number > MAX_PAGES:
        return Inspection(Reason.TOO_COMPLEX)

    found: set[Finding] = set()
    for item in dictionaries(pdf):
        found |= defuse(item)
    findings = tuple(sorted(found))
    if found.isdisjoint(ACTIVE):
        return Inspection(findings=findings)
    if "/Collection" in pdf.Root:  # a portfolio whose files are gone
        del pdf.Root["/Collection"]
    pdf.save(copy, encryption=False)
    return Inspection(findings=findings, copy_type="application/pdf")


def is_cut_off(pdf: Pdf) -> bool:
    """Whether a part of the file is missing; a lost end alone, or a bad table, is not that."""
    warnings = " ".join(pdf.get_warnings())
    if any(sign in warnings for sign in SIGNS_OF_LOSS):
        return True
    if END_IS_LOST not in warnings:
        return False
    return any(page.obj.get("/Contents") is None for page in pdf.pages)


def dictionaries(pdf: Pdf) -> Iterator[Object]:
    """Yield each dictionary, at any depth, that has a name in it worth a look."""
    for item in pdf.objects:
        own = item.stream_dict if isinstance(item, Stream) else item
        if not WORTH_A_LOOK.search(own.unparse(resolved=True)):
            continue
        pending = [item]
        while pending:
            inner = pending.pop()
            if isinstance(inner, Dictionary | Stream):
                yield inner
                pending += [value for value in dict(inner.items()).values() if is_inner(value)]
            else:
                pending += [value for value in list(inner) if is_inner(value)]


def is_inner(value: object) -> bool:
    """Whether a value stands in its place itself; others come by themselves."""
    return isinstance(value, Dictionary | Array) and not value.is_indirect


def defuse(item: Object) -> set[Finding]:
    """Take out of one dictionary what does something; return what that was."""
    found = {Finding.SIGNED} if SIGNATURE in item else set()
    for trigger in TRIGGERS:
        if trigger in item and opens_address(item[trigger]):
            found.add(Finding.OPENS_ADDRESS)
            del item[trigger]
    action = ACTIONS.get(str(item.get("/S", "")))
    if action and item.get("/Type") != pikepdf.Name.StructElem:
        found.add(action)
        del item["/S"]
    for key, finding in KEYS.items():
        if key in item:
            found.add(finding)
            del item[key]
    return found


def opens_address(trigger: object) -> bool:
    """Whether an automatic action, or one of a table of them, leads to an address."""
    if not isinstance(trigger, Dictionary):
        return False
    pending: list[Object] = [trigger]
    if "/S" not in trigger:
        pending = [action for _event, action in trigger.items()]
    for _step in range(MAX_CHAIN):
        if not pending:
            return False
        action = pending.pop()
        if isinstance(action, Array):
            pending += list(action)[:MAX_CHAIN]
        elif isinstance(action, Dictionary):
            if action.get("/S") == pikepdf.Name.URI:
                return True
            if "/Next" in action:
                pending.append(action["/Next"])
    return False
