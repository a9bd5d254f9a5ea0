"""Papers as they are printed: each rule is read back from the PDF that came out."""

import hashlib
import io
import logging
import re
import shutil
import subprocess
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import segno
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from dossiers import documents
from dossiers.models import Counter, Document, Dossier, Event
from dossiers.states import TRANSITIONS, Action, Role, State
from tests.dossiers.factories import APPLICANT, DossierFactory, act, attach, image_file, pdf_file
from tests.portal.factories import UserFactory
from tests.services.factories import FeeFactory, PaperFactory, ServiceFactory

MM = 72 / 25.4
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LONG_ANSWER = ("Đề nghị lắp đặt trạm thu phát sóng tại vùng đồng bào, địa hình dốc và hay sạt lở; " * 20)[:1500].strip()
# The shortest way to each kind of paper.
STATE_WITH = {
    "acknowledgement": State.SUBMITTED,
    "receipt": State.RECEIVED,
    "supplement_request": State.SUPPLEMENT,
    "refusal": State.INTAKE_REFUSED,
    "result": State.APPROVED,
    "fee_receipt": State.SUBMITTED,
}


def paper(dossier: Dossier, kind: str) -> Document:
    """The row of the last paper of that kind, with its event as the database gives it back."""
    return Document.objects.filter(dossier=dossier, kind=kind).order_by("-pk")[0]


def dossier_with(kind: str, **traits) -> Dossier:
    """A dossier for which a paper of that kind is owed."""
    dossier = DossierFactory(state=STATE_WITH[kind], **{"service": ServiceFactory(paid=True), **traits})
    return act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM) if kind == "fee_receipt" else dossier


def pdf_of(dossier: Dossier, kind: str) -> PdfReader:
    return PdfReader(io.BytesIO(documents.to_pdf(documents.html_of(paper(dossier, kind)))))


def words(pdf: PdfReader) -> str:
    """All text of a PDF on one line."""
    text = " ".join(page.extract_text() for page in pdf.pages)
    return " ".join(unicodedata.normalize("NFC", text).split())


def letters(text: str) -> str:
    """Text without any space: for what may be broken over lines anywhere."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


def complaints(caplog) -> list[str]:
    """What the printing program was not content with."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def printed(dossier: Dossier, kind: str) -> str:
    return words(pdf_of(dossier, kind))


# --- The row and its file ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_printed_paper_is_kept_with_its_digest():
    document = paper(DossierFactory(), "acknowledgement")

    documents.render(document)

    document.refresh_from_db()
    assert document.is_ready
    with document.file.open() as file:
        content = file.read()
    assert content.startswith(b"%PDF-")
    assert hashlib.sha256(content).hexdigest() == document.sha256


@pytest.mark.django_db
def test_printing_twice_changes_nothing():
    document = paper(DossierFactory(), "acknowledgement")
    documents.render(document)
    before = (document.file.name, document.sha256, document.done_at)

    documents.render(document)
    document.refresh_from_db()

    assert (document.file.name, document.sha256, document.done_at) == before


@pytest.mark.django_db
def test_two_workers_printing_at_once_leave_one_paper():
    first = paper(DossierFactory(), "acknowledgement")
    second = Document.objects.get(pk=first.pk)

    documents.render(first)
    documents.render(second)

    _folders, files = default_storage.listdir(f"giay-to/{first.dossier_id}")
    assert [f"giay-to/{first.dossier_id}/{name}" for name in files] == [first.file.name]
    assert second.file.name == first.file.name


def test_a_paper_fetches_nothing(caplog, tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'><text>SECRET</text></svg>")
    addresses = [secret.as_uri(), "http://127.0.0.1:9/pixel.png", "data:text/css,body{}"]

    pdf = documents.to_pdf(
        "".join(f'<link rel="stylesheet" href="{url}"><img alt="x" src="{url}">' for url in addresses)
    )

    assert pdf.startswith(b"%PDF-")
    refused = [record.getMessage() for record in caplog.records if "disallowed" in record.getMessage()]
    assert all(any(url in message for message in refused) for url in addresses)
    assert "SECRET" not in words(PdfReader(io.BytesIO(pdf)))


# --- Every paper ---------------------------------------------------------------------------------------------------


def test_every_paper_of_the_table_has_a_layout():
    owed = {edge.paper for edge in TRANSITIONS.values() if edge.paper}

    assert owed == set(documents.FACTS) == set(Document.Kind) == set(STATE_WITH)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_a_short_paper_is_one_sheet_laid_out_without_complaint(kind, caplog):
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
def test_a_paper_has_the_sheet_of_its_rule(kind, sheet):
    box = pdf_of(dossier_with(kind), kind).pages[0].mediabox

    assert (round(box.width / MM), round(box.height / MM)) == sheet


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_a_paper_says_what_it_is_to_machines_and_screen_readers(kind):
    dossier = dossier_with(kind)
    pdf = pdf_of(dossier, kind)

    assert pdf.metadata.title.startswith(str(Document.Kind(kind).label))
    assert str(dossier) in pdf.metadata.title
    assert pdf.root_object["/Lang"] == "vi"
    assert pdf.root_object["/MarkInfo"]["/Marked"]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_a_paper_bears_the_name_of_the_state_and_of_the_authority(kind):
    text = documents.html_of(paper(dossier_with(kind), kind))

    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "Độc lập - Tự do - Hạnh phúc" in text
    assert "ỦY BAN NHÂN DÂN HUYỆN BA TƠ" in text


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_a_paper_does_not_pretend_to_a_digital_signature(kind):
    assert "chưa có chữ ký số" in documents.html_of(paper(dossier_with(kind), kind))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_a_paper_is_vietnamese_whatever_the_language_of_the_worker(kind):
    document = paper(dossier_with(kind), kind)

    with translation.override("en"):
        english = documents.html_of(document)

    assert english == documents.html_of(document)
    assert "/en/" not in english


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STATE_WITH)
def test_markup_in_a_name_is_printed_and_not_obeyed(kind):
    service = ServiceFactory(paid=True, name="Cấp <b>giấy</b> & phép")

    text = printed(dossier_with(kind, service=service, applicant_name="O'Hara <img src=x> & con"), kind)

    assert "O'Hara <img src=x> & con" in text
    assert "Cấp <b>giấy</b> & phép" in text


# --- The code and its QR -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["acknowledgement", "receipt", "fee_receipt"])
def test_the_qr_leads_to_the_page_of_the_dossier(kind, settings):
    dossier = dossier_with(kind)
    address = f"{settings.SITE_URL}/ho-so/{dossier.tracking_code}/"
    path = re.search(r' d="[^"]+"', segno.make(address, error="m").svg_inline(border=2)).group()

    page = documents.html_of(paper(dossier, kind))

    assert path in page
    assert f"<title>QR: {address}</title>" in page


@pytest.mark.django_db
@pytest.mark.skipif(not (shutil.which("zbarimg") and shutil.which("pdftoppm")), reason="no QR reader on this machine")
@pytest.mark.parametrize("kind", ["acknowledgement", "receipt", "fee_receipt"])
def test_a_printed_qr_is_read_by_a_scanner(kind, tmp_path, settings):
    dossier = dossier_with(kind)
    (tmp_path / "paper.pdf").write_bytes(documents.to_pdf(documents.html_of(paper(dossier, kind))))

    subprocess.run(["pdftoppm", "-r", "150", "-png", "paper.pdf", "page"], cwd=tmp_path, check=True)
    image = next(tmp_path.glob("page*.png")).name
    read = subprocess.run(["zbarimg", "-q", "--raw", image], cwd=tmp_path, check=True, capture_output=True, text=True)

    assert read.stdout.strip() == f"{settings.SITE_URL}/ho-so/{dossier.tracking_code}/"


# --- Acknowledgement -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_acknowledgement_says_that_it_is_not_form_01():
    text = printed(DossierFactory(), "acknowledgement")

    assert "không phải Giấy tiếp nhận hồ sơ và hẹn trả kết quả (mẫu số 01)" in text
    assert "Thời hạn giải quyết chưa được tính" in text


@pytest.mark.django_db
def test_an_acknowledgement_shows_only_the_end_of_the_identity_number():
    text = printed(DossierFactory(citizen_id="051085001234"), "acknowledgement")

    assert "••••••••1234" in text
    assert "051085001234" not in text


@pytest.mark.django_db
def test_an_acknowledgement_lists_each_file_with_its_size_and_the_start_of_its_digest():
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="anh", name="Ảnh chụp vị trí")
    draft = DossierFactory(service=service, state=State.DRAFT)
    file = attach(draft, "anh", image_file("vi-tri.jpg"))

    text = printed(act(draft, Action.SUBMIT, Role.CITIZEN), "acknowledgement")

    assert f"Ảnh chụp vị trí vi-tri.jpg {file.size} byte {file.sha256[:12]}" in text
    assert file.sha256[:13] not in text


@pytest.mark.django_db
def test_an_acknowledgement_printed_late_lists_no_file_sent_after_it():
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="don", name="Đơn đề nghị")
    dossier = DossierFactory(service=service, state=State.INTAKE_SUPPLEMENT)
    attach(dossier, "don", pdf_file("bo-sung.pdf"))

    assert "bo-sung.pdf" not in printed(dossier, "acknowledgement")


# --- Form 01 -------------------------------------------------------------------------------------------------------


@pytest.fixture
def received() -> Dossier:
    """A dossier received as the twelfth of its year at 08:05 on 5 March 2026, due in twenty working days."""
    service = ServiceFactory(paid=True, name="Cấp phép xây dựng trạm BTS", time_limit=20, sets=2)
    PaperFactory(service=service, key="don", name="Đơn đề nghị", kind="form", upload=False, order=1)
    PaperFactory(service=service, key="ve", name="Bản vẽ thiết kế", kind="certified", copies=2, order=2)
    PaperFactory(service=service, key="khac", name="Giấy không bắt buộc", required=False, order=3)
    Counter.objects.create(book="so-theo-doi", period="2026", last=11)
    desk = UserFactory(role=Role.DESK, full_name="Lê Thị Cửa")
    with time_machine.travel(datetime(2026, 3, 5, 8, 5, tzinfo=HANOI), tick=False):
        draft = DossierFactory(service=service, state=State.DRAFT)
        attach(draft, "ve")
        return act(act(draft, Action.SUBMIT, Role.CITIZEN), Action.RECEIVE, Role.DESK, by=desk)


@pytest.mark.django_db
def test_form_01_tells_every_field_of_the_rule(received, settings):
    text = printed(received, "receipt")

    for field in (
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "Mẫu số 01",
        f"Mã hồ sơ: {received.official_number}",
        "Ba Tơ, ngày 05 tháng 3 năm 2026",
        settings.AUTHORITY["desk"]["name"],
        f"Tiếp nhận hồ sơ của: {APPLICANT['applicant_name']}",
        f"Số định danh cá nhân: {APPLICANT['citizen_id']}",
        f"Địa chỉ: {APPLICANT['address']}",
        f"Số điện thoại: {APPLICANT['phone']}",
        f"Thư điện tử: {APPLICANT['email']}",
        "Nội dung yêu cầu giải quyết: Cấp phép xây dựng trạm BTS",
        "1 Đơn đề nghị Tờ khai theo mẫu khai trên cổng",
        "2 Bản vẽ thiết kế Bản sao có chứng thực 1 tệp",
        "Số lượng hồ sơ: 02 bộ",
        "Thời hạn giải quyết: 20 ngày làm việc",
        "Thời gian nhận hồ sơ: 08:05 05/03/2026",
        "Thời gian trả kết quả: 17:00 02/04/2026",
        "Nhận tại Bộ phận Một cửa",
        "Lệ phí giải quyết hồ sơ: 100.000 đồng – chưa nộp",
        "quyển số 2026, số thứ tự 12",
        "NGƯỜI NỘP HỒ SƠ",
        "NGƯỜI TIẾP NHẬN HỒ SƠ",
        "Lê Thị Cửa",
        received.tracking_code,
    ):
        assert field in text
    assert "Giấy không bắt buộc" not in text


@pytest.mark.django_db
def test_form_01_promises_no_time_where_the_rules_in_force_set_it():
    dossier = DossierFactory(service=ServiceFactory(online=True, time_limit=None), state=State.RECEIVED)

    text = printed(dossier, "receipt")

    assert "Thời hạn giải quyết: theo quy định hiện hành" in text
    assert "Thời gian trả kết quả: theo quy định hiện hành" in text


@pytest.mark.django_db
def test_form_01_of_papers_brought_to_the_desk_counts_copies_and_leaves_room_to_sign():
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="so", name="Sổ hộ khẩu", copies=3)

    text = printed(DossierFactory(service=service, state=State.RECEIVED, channel="desk"), "receipt")

    assert "1 Sổ hộ khẩu Bản chụp 3 bản" in text
    assert "(Ký và ghi rõ họ tên)" in text


@pytest.mark.django_db
def test_form_01_printed_late_tells_the_money_as_it_stood_at_receipt(received):
    dossier = act(received, Action.START, Role.CASE)
    dossier = act(dossier, Action.REQUEST_PAYMENT, Role.CASE)
    dossier = act(dossier, Action.CONFIRM_PAYMENT, Role.SYSTEM)

    text = printed(dossier, "receipt")

    assert "Lệ phí giải quyết hồ sơ: 100.000 đồng – chưa nộp" in text
    assert "Phí thẩm định" not in text


@pytest.mark.django_db
def test_form_01_of_a_dossier_paid_before_receipt_says_so():
    paid = act(DossierFactory(service=ServiceFactory(paid=True)), Action.RECORD_PAYMENT, Role.SYSTEM)

    assert "100.000 đồng – đã nộp đủ" in printed(act(paid, Action.RECEIVE, Role.DESK), "receipt")


@pytest.mark.django_db
def test_form_01_names_who_filed_for_somebody_else():
    owner = UserFactory(full_name="Đinh Văn Con")

    dossier = DossierFactory(state=State.RECEIVED, owner=owner, applicant_name="Đinh Thị Mẹ")

    assert "Người nộp hồ sơ: Đinh Văn Con" in printed(dossier, "receipt")


@pytest.mark.django_db
def test_form_01_does_not_name_the_owner_twice():
    dossier = DossierFactory(state=State.RECEIVED, owner=UserFactory(full_name="PHẠM VĂN RIN"))

    assert "Người nộp hồ sơ:" not in printed(dossier, "receipt")


# --- Forms 02 and 03 -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_form_02_numbers_each_line_of_the_note():
    dossier = DossierFactory(state=State.IN_PROGRESS)
    note = "1. Bản vẽ có chữ ký\n\n- Ảnh chụp rõ hơn\n2 bản sao hộ chiếu"

    text = printed(act(dossier, Action.REQUEST_SUPPLEMENT, Role.CASE, note=note), "supplement_request")

    assert "1. Bản vẽ có chữ ký 2. Ảnh chụp rõ hơn 3. 2 bản sao hộ chiếu" in text
    assert "tính lại từ đầu" in text


@pytest.mark.django_db
def test_form_02_before_receipt_says_that_the_clock_has_not_started():
    text = printed(DossierFactory(state=State.INTAKE_SUPPLEMENT), "supplement_request")

    assert "(Trước khi tiếp nhận)" in text
    assert "được tính từ khi hồ sơ đầy đủ và được tiếp nhận" in text


@pytest.mark.django_db
def test_a_second_request_is_a_second_paper():
    dossier = DossierFactory(state=State.SUPPLEMENT)
    dossier = act(dossier, Action.SUPPLEMENT, Role.CITIZEN)
    dossier = act(dossier, Action.REQUEST_SUPPLEMENT, Role.CASE, note="Lần thứ hai")

    first, second = Document.objects.filter(dossier=dossier, kind="supplement_request")

    assert "Lần thứ hai" not in documents.html_of(first)
    assert "Lần thứ hai" in documents.html_of(second)


@pytest.mark.django_db
def test_form_03_at_intake_is_signed_by_the_desk():
    dossier = act(DossierFactory(), Action.REFUSE, Role.DESK, note="Không thuộc thẩm quyền.")

    text = printed(dossier, "refusal")

    assert "PHIẾU TỪ CHỐI TIẾP NHẬN HỒ SƠ" in text
    assert "Lý do: Không thuộc thẩm quyền." in text
    assert "NGƯỜI TỪ CHỐI TIẾP NHẬN" in text
    assert "TM. ỦY BAN" not in text


@pytest.mark.django_db
def test_form_03_after_appraisal_is_signed_for_the_committee():
    head = UserFactory(role=Role.LEADER, full_name="Trần Bình", title="Chủ tịch")
    dossier = DossierFactory(state=State.AWAITING_APPROVAL)

    text = printed(act(dossier, Action.REJECT, Role.LEADER, by=head, note="Diện tích không đủ."), "refusal")

    assert "PHIẾU TỪ CHỐI GIẢI QUYẾT HỒ SƠ" in text
    assert "Lý do: Diện tích không đủ." in text
    assert "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH" in text
    assert "Trần Bình" in text


# --- Result --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_result_has_number_title_content_and_recipients():
    service = ServiceFactory(online=True, name="Cấp phép xây dựng", result="Giấy phép xây dựng, hoặc văn bản trả lời")
    dossier = DossierFactory(service=service, state=State.APPROVED, answers={"noi_dung": "Trạm tại Ba Xa"})

    text = printed(dossier, "result")

    for part in (
        "Số: 01/GP-UBND",
        "GIẤY PHÉP XÂY DỰNG Về việc",
        f"Xét hồ sơ mã số {dossier.official_number} của Phạm Văn Rin",
        "Đồng ý giải quyết theo đề nghị.",
        "Nội dung Trạm tại Ba Xa",
        "có hiệu lực kể từ ngày ký./.",
        "Nơi nhận: - Phạm Văn Rin;",
        "Đã ký duyệt điện tử trên cổng",
    ):
        assert part in text
    assert "văn bản trả lời" not in text.lower()


@pytest.mark.django_db
def test_a_decision_decides_by_articles():
    service = ServiceFactory(online=True, result="Quyết định hỗ trợ", legal_basis=["Luật Người khuyết tật."])

    text = printed(DossierFactory(service=service, state=State.APPROVED), "result")

    assert "Số: 01/QĐ-UBND" in text
    assert "Căn cứ Luật Người khuyết tật;" in text
    assert re.search(r"QUYẾT ĐỊNH: Điều 1\..* Điều 2\..* Điều 3\.", text)


@pytest.mark.parametrize(
    ("title", "capacity"),
    [
        ("", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        ("Chủ tịch", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        ("Chủ tịch UBND huyện", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        ("Phó Chủ tịch", ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
        ("Trưởng phòng Tư pháp", ("TL. CHỦ TỊCH", "TRƯỞNG PHÒNG TƯ PHÁP")),
    ],
)
def test_who_signs_says_in_what_capacity(title, capacity):
    signer = UserFactory.build(full_name="Trần Bình", title=title)

    assert documents.signature(Event(actor=signer)) == documents.Signature(capacity, "Trần Bình")


@pytest.mark.parametrize(
    ("result", "title"),
    [
        ("Giấy phép xây dựng", "Giấy phép xây dựng"),
        ("Giấy phép xây dựng hoặc văn bản trả lời", "Giấy phép xây dựng"),
        ("Quyết định trợ cấp; thông báo từ chối", "Quyết định trợ cấp"),
        ("Trích lục khai sinh (bản sao)", "Trích lục khai sinh"),
        ("Quyết định hỗ trợ và tiền hỗ trợ", "Quyết định hỗ trợ"),
        ("(theo mẫu)", "(theo mẫu)"),
    ],
)
def test_a_result_is_titled_by_the_first_paper_that_the_catalogue_names(result, title):
    assert documents.result_title(result) == title


@pytest.mark.parametrize(
    ("title", "number", "written"),
    [("Quyết định", 5, "05/QĐ-UBND"), ("giấy phép", 123, "123/GP-UBND"), ("Trích lục", 10, "10/UBND")],
)
def test_a_number_below_ten_has_a_nought_and_the_notation_follows_the_title(title, number, written):
    assert documents.result_number(title, number) == written


# --- Fee receipt ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_fee_receipt_says_the_sum_in_figures_and_words(settings):
    data = {
        "amount": 100_000,
        "method": "gateway",
        "txn_ref": "K7QD93MXAT4CDE",
        "bank_code": "NCB",
        "gateway_ref": "14422574",
        "paid_at": datetime(2026, 10, 5, 9, 15, tzinfo=HANOI),
    }
    dossier = DossierFactory(service=ServiceFactory(paid=True))

    text = printed(act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM, data=data), "fee_receipt")

    for part in (
        "BIÊN LAI THU PHÍ, LỆ PHÍ",
        f"Đơn vị thu: {settings.AUTHORITY['name']}",
        "Người nộp tiền: Phạm Văn Rin",
        "Nội dung thu: Lệ phí giải quyết hồ sơ",
        "Số tiền: 100.000 đồng",
        "Viết bằng chữ: Một trăm nghìn đồng",
        "trực tuyến qua cổng thanh toán, ngân hàng NCB",
        "Số tham chiếu: K7QD93MXAT4CDE",
        "Mã giao dịch của cổng thanh toán: 14422574",
        "Thời điểm nộp: 09:15 05/10/2026",
    ):
        assert part in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "mock", "pay_url", "noted"),
    [
        ("gateway", True, "", True),
        ("gateway", True, "https://gateway.example.vn/pay", False),
        ("gateway", False, "", False),
        ("cash", True, "", False),
    ],
)
def test_play_money_is_called_so_and_real_money_is_not(method, mock, pay_url, noted, settings):
    settings.MOCK_GATEWAY, settings.VNPAY = mock, {**settings.VNPAY, "PAY_URL": pay_url}
    dossier = DossierFactory(service=ServiceFactory(paid=True))
    data = {"amount": 100_000, "method": method, "txn_ref": "HS1"}

    dossier = act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM, data=data)

    assert ("Biên lai mô phỏng" in documents.html_of(paper(dossier, "fee_receipt"))) is noted


@pytest.mark.django_db
def test_cash_is_receipted_by_the_person_who_took_it():
    desk = UserFactory(role=Role.DESK, full_name="Lê Thị Cửa")
    dossier = DossierFactory(service=ServiceFactory(paid=True))
    data = {"amount": 100_000, "method": "cash", "txn_ref": "HS1"}

    text = printed(act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM, by=desk, data=data), "fee_receipt")

    assert "Hình thức thanh toán: tiền mặt" in text
    assert "NGƯỜI THU TIỀN" in text
    assert "Lê Thị Cửa" in text


@pytest.mark.django_db
def test_each_payment_is_receipted_for_the_lines_it_covers():
    service = ServiceFactory(paid=True)
    FeeFactory(service=service, name="Phí bưu chính", amount=None)
    dossier = act(DossierFactory(service=service), Action.RECORD_PAYMENT, Role.SYSTEM)
    dossier = act(act(dossier, Action.RECEIVE, Role.DESK), Action.START, Role.CASE)
    dossier = act(dossier, Action.REQUEST_PAYMENT, Role.CASE)
    dossier = act(dossier, Action.CONFIRM_PAYMENT, Role.SYSTEM)

    first, second = Document.objects.filter(dossier=dossier, kind="fee_receipt")

    names = [
        [line["name"] for line in documents.lines_paid(row.event, row.event.data["amount"])] for row in (first, second)
    ]
    assert names == [["Lệ phí giải quyết hồ sơ"], ["Phí thẩm định"]]


@pytest.mark.django_db
def test_part_of_a_fee_is_receipted_without_naming_the_whole():
    dossier = DossierFactory(service=ServiceFactory(paid=True))
    data = {"amount": 40_000, "method": "cash", "txn_ref": "HS1"}

    text = printed(act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM, data=data), "fee_receipt")

    assert "Nội dung thu: phí, lệ phí giải quyết hồ sơ" in text


# --- Too much of everything ----------------------------------------------------------------------------------------


@pytest.fixture
def overfull() -> Dossier:
    """An approved dossier with names, papers and answers as long as the fields allow."""
    service = ServiceFactory(paid=True, name="Cấp giấy phép xây dựng công trình không tuyến " * 6, result="Quyết định")
    for number in range(40):
        PaperFactory(
            service=service, key=f"giay-{number}", name=f"Giấy tờ thứ {number}: " + "bản sao " * 20, order=number
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
    dossier = act(dossier, Action.PROPOSE, Role.CASE, data={"result_text": LONG_ANSWER})
    return act(dossier, Action.APPROVE, Role.LEADER)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "most_pages"), [("acknowledgement", 10), ("receipt", 8), ("result", 4), ("fee_receipt", 2)]
)
def test_the_longest_paper_keeps_every_word_inside_its_margins(kind, most_pages, overfull, caplog):
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


# --- Words and times -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "written"),
    [
        ((2026, 1, 5), "Ba Tơ, ngày 05 tháng 01 năm 2026"),
        ((2026, 2, 28), "Ba Tơ, ngày 28 tháng 02 năm 2026"),
        ((2026, 3, 9), "Ba Tơ, ngày 09 tháng 3 năm 2026"),
        ((2026, 12, 31), "Ba Tơ, ngày 31 tháng 12 năm 2026"),
    ],
)
def test_the_date_line_has_noughts_where_the_rule_wants_them(day, written):
    assert documents.place_and_date(datetime(*day, 12, 0, tzinfo=HANOI)) == written


def test_the_day_of_a_paper_is_the_day_in_vietnam():
    late_in_london = datetime(2026, 3, 4, 23, 30, tzinfo=ZoneInfo("UTC"))

    assert "ngày 05 tháng 3" in documents.place_and_date(late_in_london)


def test_a_time_is_read_from_the_string_that_the_database_gives_back():
    at = timezone.now().replace(microsecond=0)

    event = Event(data={"before": at, "after": at.isoformat()})
    assert event.moment("before") == event.moment("after") == at
    assert event.moment("never") is None


@given(st.text("0123456789", max_size=12))
def test_a_masked_number_keeps_its_length_and_shows_at_most_four_digits(number):
    hidden = documents.masked(number)

    assert len(hidden) == len(number)
    assert sum(char.isdigit() for char in hidden) in (0, 4)
    assert number.endswith(hidden.strip("•"))


@given(st.text())
def test_numbered_lines_are_never_empty_and_never_break(text):
    for line in documents.numbered_lines(text):
        assert line.strip()
        assert len(line.splitlines()) == 1


def test_a_paper_without_an_actor_leaves_the_name_open():
    nobody = documents.signature(Event(actor=None))

    assert nobody.name == ""
