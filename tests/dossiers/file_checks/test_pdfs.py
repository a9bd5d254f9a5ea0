"""PDFs: opened as readers open them, and without what they would do besides showing pages."""

import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import ObjectStreamMode

from dossiers.file_checks import pdfs
from dossiers.file_checks.inspection import Inspection
from dossiers.verdicts import Finding, Reason
from tests.dossiers import file_samples as samples
from tests.dossiers.file_samples import protected, saved, written_pdf


@pytest.fixture
def inspected(tmp_path):
    """Return what an inspection says of some bytes; the copy, if any, is the file "copy"."""

    def inspect(content: bytes) -> Inspection:
        source = tmp_path / "file"
        source.write_bytes(content)
        return pdfs.inspect(source, tmp_path / "copy")

    return inspect


# --- Opened as readers open them ---

TWENTY_PAGES = saved(written_pdf(20), object_stream_mode=ObjectStreamMode.disable)
PACKED = saved(written_pdf(20), object_stream_mode=ObjectStreamMode.generate)
GOOD = {
    "plain": TWENTY_PAGES,
    "packed": PACKED,
    "linear": saved(written_pdf(20), linearize=True),
    "AES-256, only changes forbidden": protected(R=6),
    "AES-128, only changes forbidden": protected(R=4),
    "headers of a download before it": b"HTTP/1.1 200 OK\r\n\r\n" + TWENTY_PAGES,
    "no end marker": TWENTY_PAGES.replace(b"%%EOF\n", b""),
    "end cut off by a few bytes": TWENTY_PAGES[:-20],
    "packed, end cut off by a few bytes": PACKED[:-20],
    "a wrong place of the table": TWENTY_PAGES.replace(b"startxref\n", b"startxref\n9"),
    "other bytes after it": TWENTY_PAGES + b"\x00" * 2000 + b"<html>",
}


@pytest.mark.parametrize("kind", GOOD)
def test_pdf_that_readers_open_is_accepted(inspected, kind):
    assert inspected(GOOD[kind]) == Inspection()


BAD = {
    "with a password, AES-256": (protected(user="x", R=6), Reason.LOCKED),
    "with a password, AES-128": (protected(user="x", R=4), Reason.LOCKED),
    "without pages": (saved(written_pdf(0)), Reason.NO_PAGES),
    "of a header alone": (b"%PDF-1.7\n", Reason.BROKEN),
    "cut in half": (TWENTY_PAGES[: len(TWENTY_PAGES) // 2], Reason.BROKEN),
    "packed, cut in half": (PACKED[: len(PACKED) // 2], Reason.BROKEN),
    "of blanks": (b"%PDF-1.7\n" + b" " * 9_000_000, Reason.BROKEN),
    "of far too many pages": (samples.page_tree_of_two_to_the(40), Reason.BROKEN),
    "of tables that lead in a circle": (samples.loop_of_tables(), Reason.BROKEN),
}


@pytest.mark.parametrize("kind", BAD)
def test_pdf_that_is_refused_gets_its_own_reason(inspected, kind):
    content, reason = BAD[kind]
    assert inspected(content) == Inspection(reason)


def test_pdf_of_more_pages_than_anybody_reads_is_too_complex(inspected, monkeypatch):
    monkeypatch.setattr(pdfs, "MAX_PAGES", 19)
    assert inspected(TWENTY_PAGES).reason == Reason.TOO_COMPLEX


# --- What it would do ---

ACTIVE = {
    "script when opened": (samples.javascript, Finding.JAVASCRIPT),
    "script in the tree of names": (samples.named_javascript, Finding.JAVASCRIPT),
    "program behind a link": (samples.launch_behind_a_link, Finding.LAUNCH),
    "program after a harmless action": (samples.launch_after_a_harmless_action, Finding.LAUNCH),
    "program inside": (samples.embedded_program, Finding.EMBEDDED_FILE),
    "XFA form": (samples.xfa_form, Finding.XFA),
    "form that sends itself": (samples.submits_a_form, Finding.SUBMITS),
    "address opened at once": (samples.opens_an_address, Finding.OPENS_ADDRESS),
    "film": (samples.film, Finding.MEDIA),
}


@pytest.mark.parametrize("kind", ACTIVE)
@pytest.mark.parametrize("mode", [ObjectStreamMode.disable, ObjectStreamMode.generate])
def test_active_content_is_named_and_is_not_in_the_copy(inspected, tmp_path, kind, mode):
    make, finding = ACTIVE[kind]
    content = saved(make(), object_stream_mode=mode)
    assert inspected(content) == Inspection(findings=(finding,), copy_type="application/pdf")
    assert (tmp_path / "file").read_bytes() == content
    copy = tmp_path / "copy"
    assert len(readable(copy).pages) == 3
    assert inspected(copy.read_bytes()) == Inspection()


def readable(copy: Path) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(copy.read_bytes()))


def test_name_written_in_another_way_is_the_same_name(inspected):
    content = saved(samples.javascript(), object_stream_mode=ObjectStreamMode.disable)
    hidden = content.replace(b"/JavaScript", b"/J#61vaScr#69pt").replace(b"/JS", b"/#4aS")
    assert hidden != content
    assert inspected(hidden).findings == (Finding.JAVASCRIPT,)


def test_words_about_scripts_are_no_script(inspected):
    pdf = written_pdf()
    pdf.pages[0].obj.Contents = pdf.make_stream(b"BT (/OpenAction /JavaScript /Launch) Tj ET")
    pdf.docinfo["/Title"] = "Hướng dẫn /JavaScript và /Launch"
    assert inspected(saved(pdf)) == Inspection()


def test_link_that_somebody_must_press_is_no_finding(inspected):
    pdf = written_pdf()
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://bato.example.vn"))
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action
    )
    pdf.pages[0].obj.Annots = pikepdf.Array([link])
    assert inspected(saved(pdf)) == Inspection()


def test_signature_is_named_and_the_file_stays_as_it_is(inspected, tmp_path):
    assert inspected(saved(samples.signed())) == Inspection(findings=(Finding.SIGNED,))
    assert not (tmp_path / "copy").exists()


def test_copy_of_a_protected_pdf_opens_for_everybody(inspected, tmp_path):
    lock = pikepdf.Encryption(owner="x", user="", R=6)
    assert inspected(saved(samples.javascript(), encryption=lock)).findings
    assert not readable(tmp_path / "copy").is_encrypted
