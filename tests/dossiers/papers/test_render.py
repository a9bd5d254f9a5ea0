"""How papers are printed: the row and its file, what holds for every paper.

And its words and times.
"""

import hashlib
import io
import re
import shutil
import subprocess
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import segno
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from dossiers import facts, snapshot
from dossiers.models import Document, Dossier, OutboxJob
from dossiers.moves import MOVES, Action
from dossiers.outbox import tasks
from dossiers.papers import acknowledgement, render, supplement_request
from dossiers.states import Role, State
from services import paper_font
from tests.dossiers.factories import DossierFactory, act, attach, image_file, pdf_file
from tests.dossiers.papers.printed import (
    HANOI,
    LONG_ANSWER,
    MM,
    STATE_WITH,
    complaints,
    dossier_with,
    letters,
    paper,
    pdf_of,
    printed,
    words,
)
from tests.pdf_fonts import fonts_of
from tests.services.factories import PaperFactory, ServiceFactory

# --- The row and its file ---


@pytest.mark.django_db
def test_printed_paper_is_kept_with_its_digest():
    document = paper(DossierFactory(), "acknowledgement")

    render.render(document)

    document.refresh_from_db()
    assert document.is_ready
    with document.file.open() as file:
        content = file.read()
    assert content.startswith(b"%PDF-")
    assert hashlib.sha256(content).hexdigest() == document.sha256


@pytest.mark.django_db
def test_printing_twice_changes_nothing():
    document = paper(DossierFactory(), "acknowledgement")
    render.render(document)
    before = (document.file.name, document.sha256)

    render.render(document)
    document.refresh_from_db()

    assert (document.file.name, document.sha256) == before


@pytest.mark.django_db
def test_two_workers_printing_at_once_leave_one_paper():
    first = paper(DossierFactory(), "acknowledgement")
    second = Document.objects.get(pk=first.pk)

    render.render(first)
    render.render(second)

    _folders, files = default_storage.listdir(f"giay-to/{first.dossier_id}")
    assert [f"giay-to/{first.dossier_id}/{name}" for name in files] == [first.file.name]
    assert second.file.name == first.file.name


def test_paper_fetches_nothing(caplog, tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'><text>SECRET</text></svg>")
    addresses = [secret.as_uri(), "http://127.0.0.1:9/pixel.png", "data:text/css,body{}"]

    pdf = render.to_pdf(
        "".join(
            f'<link rel="stylesheet" href="{url}"><img alt="x" src="{url}">' for url in addresses
        )
    )

    assert pdf.startswith(b"%PDF-")
    refused = [
        record.getMessage() for record in caplog.records if "disallowed" in record.getMessage()
    ]
    assert all(any(url in message for message in refused) for url in addresses)
    assert "SECRET" not in words(PdfReader(io.BytesIO(pdf)))


# --- Every paper ---


def test_every_paper_of_the_table_has_a_layout():
    owed = {edge.paper for edge in MOVES.values() if edge.paper}

    assert owed == set(render.CONTEXTS) == set(Document.Kind) == set(STATE_WITH)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_short_paper_is_one_sheet_laid_out_without_complaint(kind, caplog):
    pdf = pdf_of(dossier_with(kind), kind)

    assert len(pdf.pages) == 1
    assert complaints(caplog) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "sheet"),
    [
        ("acknowledgement", (210, 297)),
        ("receipt", (148, 210)),
        ("supplement_request", (148, 210)),
        ("refusal", (148, 210)),
        ("result", (210, 297)),
        ("fee_receipt", (210, 148)),
    ],
)
def test_paper_has_the_sheet_of_its_rule(kind, sheet):
    box = pdf_of(dossier_with(kind), kind).pages[0].mediabox

    assert (round(box.width / MM), round(box.height / MM)) == sheet


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_paper_says_what_it_is_to_machines_and_screen_readers(kind):
    dossier = dossier_with(kind)
    pdf = pdf_of(dossier, kind)

    assert pdf.metadata.title.startswith(str(Document.Kind(kind).label))
    assert str(dossier) in pdf.metadata.title
    assert pdf.root_object["/Lang"] == "vi"
    assert pdf.root_object["/MarkInfo"]["/Marked"]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_paper_bears_the_name_of_the_state_and_of_the_authority(kind):
    text = render.html_of(paper(dossier_with(kind), kind))

    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "Độc lập - Tự do - Hạnh phúc" in text
    assert "ỦY BAN NHÂN DÂN HUYỆN BA TƠ" in text


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_paper_does_not_pretend_to_a_digital_signature(kind):
    assert "chưa có chữ ký số" in render.html_of(paper(dossier_with(kind), kind))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_paper_is_vietnamese_whatever_the_language_of_the_worker(kind):
    document = paper(dossier_with(kind), kind)

    with translation.override("en"):
        english = render.html_of(document)

    assert english == render.html_of(document)
    assert "/en/" not in english


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_markup_in_a_name_is_printed_and_not_obeyed(kind):
    service = ServiceFactory(paid=True, name="Cấp <b>giấy</b> & phép")

    text = printed(
        dossier_with(kind, service=service, applicant_name="O'Hara <img src=x> & con"), kind
    )

    assert "O'Hara <img src=x> & con" in text
    assert "Cấp <b>giấy</b> & phép" in text


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_paper_embeds_the_font_of_papers_and_no_other(kind):
    pdf = render.to_pdf(render.html_of(paper(dossier_with(kind), kind)))

    assert fonts_of(pdf) == {paper_font.FAMILY}


@pytest.mark.django_db
def test_acknowledgement_marks_what_it_cannot_print_of_the_name_of_a_file():
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="anh", name="Ảnh chụp vị trí")
    draft = DossierFactory(service=service, state=State.DRAFT)
    attach(draft, "anh", image_file("ảnh 📷 王.jpg"))

    text = printed(act(draft, Action.SUBMIT, Role.CITIZEN), "acknowledgement")

    assert "ảnh □ □.jpg" in text


@pytest.mark.django_db
def test_staff_read_which_characters_a_paper_could_not_be_printed_for(client, desk_officer):
    dossier = DossierFactory(applicant_name="Lan 王")
    job = OutboxJob.objects.get(channel="paper", event__dossier=dossier)
    tasks.print_paper(job.pk)
    client.force_login(desk_officer)

    page = client.get(reverse("admin:dossiers_dossier_change", args=[dossier.pk]))

    assert "王 (U+738B)" in page.content.decode()


# --- The code and its QR ---


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["acknowledgement", "receipt", "fee_receipt"])
def test_qr_leads_to_the_page_of_the_dossier(kind, settings):
    dossier = dossier_with(kind)
    address = f"{settings.SITE_URL}/ho-so/{dossier.tracking_code}/"
    path = re.search(r' d="[^"]+"', segno.make(address, error="m").svg_inline(border=2)).group()

    page = render.html_of(paper(dossier, kind))

    assert path in page
    assert f"<title>QR: {address}</title>" in page


@pytest.mark.django_db
@pytest.mark.skipif(
    not (shutil.which("zbarimg") and shutil.which("pdftoppm")),
    reason="no QR reader on this machine",
)
@pytest.mark.parametrize("kind", ["acknowledgement", "receipt", "fee_receipt"])
def test_printed_qr_is_read_by_a_scanner(kind, tmp_path, settings):
    dossier = dossier_with(kind)
    (tmp_path / "paper.pdf").write_bytes(render.to_pdf(render.html_of(paper(dossier, kind))))

    subprocess.run(["pdftoppm", "-r", "150", "-png", "paper.pdf", "page"], cwd=tmp_path, check=True)
    image = next(tmp_path.glob("page*.png")).name
    read = subprocess.run(
        ["zbarimg", "-q", "--raw", image], cwd=tmp_path, check=True, capture_output=True, text=True
    )

    assert read.stdout.strip() == f"{settings.SITE_URL}/ho-so/{dossier.tracking_code}/"


# --- Too much of everything ---


@pytest.fixture
def overfull() -> Dossier:
    """An approved dossier with names, papers and answers as long as the fields allow."""
    service = ServiceFactory(
        paid=True, name="Cấp giấy phép xây dựng công trình không tuyến " * 6, result="Quyết định"
    )
    for number in range(40):
        PaperFactory(
            service=service,
            key=f"giay-{number}",
            name=f"Giấy tờ thứ {number}: " + "bản sao " * 20,
            order=number,
        )
    draft = DossierFactory(
        service=service,
        state=State.DRAFT,
        answers={"noi_dung": LONG_ANSWER},
        applicant_name=("Công ty Trách nhiệm hữu hạn Một thành viên " * 3)[:120].strip(),
        address="Không-có-dấu-cách-nào" * 14,
    )
    for number in range(40):
        attach(draft, f"giay-{number}", pdf_file(f"{number}-{'ten_tep_rat_dai' * 8}.pdf"))
    dossier = act(act(draft, Action.SUBMIT, Role.CITIZEN), Action.RECEIVE, Role.DESK)
    dossier = act(act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM), Action.START, Role.CASE)
    dossier = act(dossier, Action.PROPOSE, Role.CASE, given=facts.Proposal(LONG_ANSWER))
    return act(dossier, Action.APPROVE, Role.LEADER)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "most_pages"),
    [("acknowledgement", 10), ("receipt", 8), ("result", 4), ("fee_receipt", 2)],
)
def test_longest_paper_keeps_every_word_inside_its_margins(kind, most_pages, overfull, caplog):
    pdf = pdf_of(overfull, kind)

    assert len(pdf.pages) <= most_pages
    assert complaints(caplog) == []
    text = letters(words(pdf))
    for part in expected_of(overfull, kind):
        assert letters(part) in text
    assert all(inside(page) for page in pdf.pages)


def expected_of(dossier: Dossier, kind: str) -> list[str]:
    """What the longest papers must hold, whole."""
    parts = [dossier.applicant_name, dossier.service_name]
    if kind in ("receipt", "fee_receipt", "result"):
        parts.append(dossier.address)
    if kind == "result":
        parts.append(LONG_ANSWER[-400:])
    if kind == "acknowledgement":
        parts += [file.name for file in dossier.attachments.all()]
    if kind == "receipt":
        parts += [f"Giấy tờ thứ {number}:" for number in range(40)]
    return parts


def inside(page) -> bool:
    """Whether every run of text of a page begins within 9 mm of its edges."""
    box, places = page.mediabox, []
    page.extract_text(visitor_text=lambda text, cm, tm, font, size: places.append((text, cm, tm)))
    for text, cm, tm in places:
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        if text.strip() and not 9 * MM <= x <= box.width - 9 * MM:
            return False
    return True


@pytest.mark.django_db
def test_signatures_never_stand_alone_on_a_sheet(overfull):
    last = " ".join(pdf_of(overfull, "receipt").pages[-1].extract_text().split())

    assert "NGƯỜI TIẾP NHẬN HỒ SƠ" in last
    assert "Vào Sổ theo dõi hồ sơ" in last


@pytest.mark.django_db
def test_later_sheets_are_numbered_and_the_first_is_not(overfull):
    first, second, *_rest = pdf_of(overfull, "receipt").pages

    assert not first.extract_text().lstrip().startswith("1")
    assert "2" in second.extract_text().split()


# --- Words and times ---


@pytest.mark.parametrize(
    ("day", "written"),
    [
        ((2026, 1, 5), "Ba Tơ, ngày 05 tháng 01 năm 2026"),
        ((2026, 2, 28), "Ba Tơ, ngày 28 tháng 02 năm 2026"),
        ((2026, 3, 9), "Ba Tơ, ngày 09 tháng 3 năm 2026"),
        ((2026, 12, 31), "Ba Tơ, ngày 31 tháng 12 năm 2026"),
    ],
)
def test_date_line_has_noughts_where_the_rule_wants_them(day, written):
    assert render.place_and_date("Ba Tơ", datetime(*day, 12, 0, tzinfo=HANOI)) == written


def test_day_of_a_paper_is_the_day_in_vietnam():
    late_in_london = datetime(2026, 3, 4, 23, 30, tzinfo=ZoneInfo("UTC"))

    assert "ngày 05 tháng 3" in render.place_and_date("Ba Tơ", late_in_london)


@given(st.text("0123456789", max_size=12))
def test_masked_number_keeps_its_length_and_shows_at_most_four_digits(number):
    hidden = acknowledgement.masked(number)

    assert len(hidden) == len(number)
    assert sum(char.isdigit() for char in hidden) in (0, 4)
    assert number.endswith(hidden.strip("•"))


@given(st.text())
def test_numbered_lines_are_never_empty_and_never_break(text):
    for line in supplement_request.numbered_lines(text):
        assert line.strip()
        assert len(line.splitlines()) == 1


def test_paper_without_an_actor_leaves_the_name_open():
    nobody = snapshot.signature(None)

    assert nobody.name == ""
