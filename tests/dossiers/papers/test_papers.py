"""Each kind of paper as it is printed: each rule is read back from the PDF that came out."""

import re
from datetime import datetime

import pytest
import time_machine

from dossiers import facts, snapshot
from dossiers.models import Counter, Document, Dossier
from dossiers.moves import Action
from dossiers.papers import render
from dossiers.states import Role, State
from tests.dossiers.factories import APPLICANT, DossierFactory, act, attach, image_file, pdf_file
from tests.dossiers.papers.printed import HANOI, paper, printed
from tests.portal.factories import UserFactory
from tests.services.factories import FeeFactory, PaperFactory, ServiceFactory

# --- Acknowledgement ---


@pytest.mark.django_db
def test_acknowledgement_says_that_it_is_not_form_01():
    text = printed(DossierFactory(), "acknowledgement")

    assert "không phải Giấy tiếp nhận hồ sơ và hẹn trả kết quả (mẫu số 01)" in text
    assert "Thời hạn giải quyết chưa được tính" in text


@pytest.mark.django_db
def test_acknowledgement_shows_only_the_end_of_the_identity_number():
    text = printed(DossierFactory(citizen_id="051085001234"), "acknowledgement")

    assert "••••••••1234" in text
    assert "051085001234" not in text


@pytest.mark.django_db
def test_acknowledgement_lists_each_file_with_its_size_and_the_start_of_its_digest():
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="anh", name="Ảnh chụp vị trí")
    draft = DossierFactory(service=service, state=State.DRAFT)
    file = attach(draft, "anh", image_file("vi-tri.jpg"))

    text = printed(act(draft, Action.SUBMIT, Role.CITIZEN), "acknowledgement")

    assert f"Ảnh chụp vị trí vi-tri.jpg {file.size} byte {file.sha256[:12]}" in text
    assert file.sha256[:13] not in text


@pytest.mark.django_db
def test_acknowledgement_printed_late_lists_no_file_sent_after_it():
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="don", name="Đơn đề nghị")
    dossier = DossierFactory(service=service, state=State.INTAKE_SUPPLEMENT)
    attach(dossier, "don", pdf_file("bo-sung.pdf"))

    assert "bo-sung.pdf" not in printed(dossier, "acknowledgement")


# --- Form 01 ---


@pytest.fixture
def received() -> Dossier:
    """A dossier received as the twelfth of its year at 08:05 on 5 March 2026.

    Due in twenty working days.
    """
    service = ServiceFactory(paid=True, name="Cấp phép xây dựng trạm BTS", time_limit=20, sets=2)
    PaperFactory(service=service, key="don", name="Đơn đề nghị", kind="form", upload=False, order=1)
    PaperFactory(
        service=service, key="ve", name="Bản vẽ thiết kế", kind="certified", copies=2, order=2
    )
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
    dossier = DossierFactory(
        service=ServiceFactory(online=True, time_limit=None), state=State.RECEIVED
    )

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
    paid = act(
        DossierFactory(service=ServiceFactory(paid=True)), Action.RECORD_PAYMENT, Role.SYSTEM
    )

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


# --- Forms 02 and 03 ---


@pytest.mark.django_db
def test_form_02_numbers_each_line_of_the_note():
    dossier = DossierFactory(state=State.IN_PROGRESS)
    note = "1. Bản vẽ có chữ ký\n\n- Ảnh chụp rõ hơn\n2 bản sao hộ chiếu"

    text = printed(
        act(dossier, Action.REQUEST_SUPPLEMENT, Role.CASE, note=note), "supplement_request"
    )

    assert "1. Bản vẽ có chữ ký 2. Ảnh chụp rõ hơn 3. 2 bản sao hộ chiếu" in text
    assert "tính lại từ đầu" in text


@pytest.mark.django_db
def test_form_02_before_receipt_says_that_the_clock_has_not_started():
    text = printed(DossierFactory(state=State.INTAKE_SUPPLEMENT), "supplement_request")

    assert "(Trước khi tiếp nhận)" in text
    assert "được tính từ khi hồ sơ đầy đủ và được tiếp nhận" in text


@pytest.mark.django_db
def test_second_request_is_a_second_paper():
    dossier = DossierFactory(state=State.SUPPLEMENT)
    dossier = act(dossier, Action.SUPPLEMENT, Role.CITIZEN)
    dossier = act(dossier, Action.REQUEST_SUPPLEMENT, Role.CASE, note="Lần thứ hai")

    first, second = Document.objects.filter(dossier=dossier, kind="supplement_request")

    assert "Lần thứ hai" not in render.html_of(first)
    assert "Lần thứ hai" in render.html_of(second)


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

    text = printed(
        act(dossier, Action.REJECT, Role.LEADER, by=head, note="Diện tích không đủ."), "refusal"
    )

    assert "PHIẾU TỪ CHỐI GIẢI QUYẾT HỒ SƠ" in text
    assert "Lý do: Diện tích không đủ." in text
    assert "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH" in text
    assert "Trần Bình" in text


# --- Result ---


@pytest.mark.django_db
def test_result_has_number_title_content_and_recipients():
    service = ServiceFactory(
        online=True, name="Cấp phép xây dựng", result="Giấy phép xây dựng, hoặc văn bản trả lời"
    )
    dossier = DossierFactory(
        service=service, state=State.APPROVED, answers={"noi_dung": "Trạm tại Ba Xa"}
    )

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
def test_decision_decides_by_articles():
    service = ServiceFactory(
        online=True, result="Quyết định hỗ trợ", legal_basis=["Luật Người khuyết tật."]
    )

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

    assert snapshot.signature(signer) == facts.Signature(capacity, "Trần Bình")


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
def test_result_is_titled_by_the_first_paper_that_the_catalogue_names(result, title):
    assert snapshot.result_title(result) == title


@pytest.mark.parametrize(
    ("title", "number", "written"),
    [
        ("Quyết định", 5, "05/QĐ-UBND"),
        ("giấy phép", 123, "123/GP-UBND"),
        ("Trích lục", 10, "10/UBND"),
    ],
)
def test_number_below_ten_has_a_nought_and_the_notation_follows_the_title(title, number, written):
    assert snapshot.result_number(title, number) == written


# --- Fee receipt ---


@pytest.mark.django_db
def test_fee_receipt_says_the_sum_in_figures_and_words(settings):
    money = facts.Money(
        amount=100_000,
        reference="K7QD93MXAT4CDE",
        method="gateway",
        bank_code="NCB",
        gateway_reference="14422574",
        paid_at=datetime(2026, 10, 5, 9, 15, tzinfo=HANOI),
    )
    dossier = DossierFactory(service=ServiceFactory(paid=True))

    text = printed(act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM, given=money), "fee_receipt")

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
@pytest.mark.parametrize("is_play_money", [True, False])
def test_fee_receipt_says_when_the_money_was_play_money(is_play_money):
    dossier = DossierFactory(service=ServiceFactory(paid=True))
    money = facts.Money(100_000, "HS1", "gateway", is_play_money=is_play_money)

    dossier = act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM, given=money)

    page = render.html_of(paper(dossier, "fee_receipt"))
    assert ("Biên lai mô phỏng" in page) is is_play_money


@pytest.mark.django_db
def test_cash_is_receipted_by_the_person_who_took_it():
    desk = UserFactory(role=Role.DESK, full_name="Lê Thị Cửa")
    dossier = DossierFactory(service=ServiceFactory(paid=True))
    money = facts.Money(100_000, "HS1", "cash")

    text = printed(
        act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM, by=desk, given=money), "fee_receipt"
    )

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

    names = [[line.name for line in document.event.facts.lines] for document in (first, second)]
    assert names == [["Lệ phí giải quyết hồ sơ"], ["Phí thẩm định"]]


@pytest.mark.django_db
def test_part_of_a_fee_is_receipted_without_naming_the_whole():
    dossier = DossierFactory(service=ServiceFactory(paid=True))
    money = facts.Money(40_000, "HS1", "cash")

    text = printed(act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM, given=money), "fee_receipt")

    assert "Nội dung thu: phí, lệ phí giải quyết hồ sơ" in text
