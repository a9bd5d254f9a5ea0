"""Sending a dossier page by page, as a browser without JavaScript does."""

import re

import pytest
from django.urls import reverse

from dossiers.applicant import drafts, send
from dossiers.models import Dossier
from dossiers.moves import NotAllowed
from dossiers.states import State
from tests.dossiers.factories import APPLICANT, DossierFactory, attach, image_file, pdf_file
from tests.portal.factories import UserFactory
from tests.services.factories import PaperFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    """A level-3 service with one question and one paper to upload."""
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="cccd", name="Ảnh chụp căn cước")
    return service


def begin(client, service) -> Dossier:
    client.post(reverse("dossiers:apply", args=[service.slug]))
    return Dossier.objects.order_by("-pk").first()


def page(draft: Dossier, number: int) -> str:
    return reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, number])


def post(client, draft, number, direction="next", **data):
    return client.post(page(draft, number), {"direction": direction, **data})


def applicant(**changes) -> dict:
    return {**APPLICANT, "delivery": "desk", **changes}


def fill_all(client, draft):
    """Fill every page up to the review."""
    post(client, draft, 1, **applicant())
    post(client, draft, 2, noi_dung="Xin cấp sổ")
    client.post(page(draft, 3), {"slot": "cccd", "tep-cccd": image_file()})


def press_send(client, draft, number=4, **changes):
    review = client.get(page(draft, number))
    reviewed = review.context["form"]["reviewed"].value()
    return client.post(page(draft, number), {"declared": "on", "reviewed": reviewed, **changes})


def test_start_page_makes_no_dossier_when_looked_at(client, service):
    response = client.get(reverse("dossiers:apply", args=[service.slug]))
    assert response.status_code == 200
    assert "Ảnh chụp căn cước" in response.content.decode()
    assert not Dossier.objects.exists()


def test_start_twice_before_anything_is_typed_is_one_draft(client, service):
    first, second = begin(client, service), begin(client, service)
    assert first == second
    post(client, first, 1, **applicant())
    assert begin(client, service) != first


def test_start_for_a_service_of_level_two_leads_to_its_page(client):
    service = ServiceFactory(downloadable=True)
    response = client.post(reverse("dossiers:apply", args=[service.slug]))
    assert response.url == service.get_absolute_url()
    assert not Dossier.objects.exists()


def test_sending_makes_one_dossier_with_everything_in_it(client, service):
    draft = begin(client, service)
    fill_all(client, draft)
    response = press_send(client, draft)
    assert response.url == reverse("dossiers:sent", args=[draft.tracking_code])
    dossier = Dossier.objects.get()
    assert dossier.state == State.SUBMITTED
    assert dossier.answers == {"noi_dung": "Xin cấp sổ"}
    assert dossier.applicant_name == APPLICANT["applicant_name"]
    assert dossier.attachments.get().slot == "cccd"
    confirmation = client.get(response.url)
    assert dossier.tracking_code in confirmation.content.decode()
    assert "<svg" in confirmation.content.decode()
    assert confirmation["Refresh"]


def test_sending_twice_makes_one_dossier_and_shows_the_same_confirmation(client, service):
    draft = begin(client, service)
    fill_all(client, draft)
    first, second = (
        press_send(client, draft),
        client.post(page(draft, 4), {"declared": "on", "reviewed": "x"}),
    )
    assert first.url == second.url
    assert Dossier.objects.get().events.count() == 1


def test_review_asks_for_the_declaration(client, service):
    draft = begin(client, service)
    fill_all(client, draft)
    response = press_send(client, draft, declared="")
    assert response.status_code == 422
    assert "lời cam đoan" in response.content.decode()
    assert Dossier.objects.get().state == State.DRAFT


def test_review_names_the_pages_left_out_and_sends_nothing(client, service):
    draft = begin(client, service)
    post(client, draft, 1, **applicant())
    response = press_send(client, draft)
    assert response.status_code == 422
    text = response.content.decode()
    assert page(draft, 2) in text
    assert page(draft, 3) in text
    assert Dossier.objects.get().state == State.DRAFT


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("citizen_id", "12345", "đúng 12 chữ số"),
        ("phone", "12", "10 chữ số"),
        ("email", "khong-phai-thu", "ten@example.vn"),
        ("applicant_name", "", "Hãy điền mục này"),
        ("delivery", "bay", "Hãy chọn"),
    ],
)
def test_questions_page_names_a_bad_answer_and_keeps_everything_typed(
    client, service, field, typed, said
):
    draft = begin(client, service)
    response = post(client, draft, 1, **applicant(**{field: typed}))
    text = response.content.decode()
    assert response.status_code == 422
    assert said in text
    assert f'href="#id_{field}' in text
    assert APPLICANT["address"] in text


def test_direction_back_keeps_a_page_that_is_half_filled(client, service):
    draft = begin(client, service)
    post(client, draft, 1, **applicant())
    response = post(client, draft, 2, direction="back", noi_dung="Nửa chừng")
    assert response.url == page(draft, 1)
    assert "Nửa chừng" in client.get(page(draft, 2)).content.decode()


def test_direction_later_asks_for_nothing_and_shows_the_code(client, service):
    draft = begin(client, service)
    response = post(client, draft, 1, direction="later", **applicant(citizen_id=""))
    resumed = client.get(response.url).content.decode()
    assert draft.tracking_code in resumed
    assert Dossier.objects.get().phone == APPLICANT["phone"]


def test_draft_is_resumed_on_another_machine_by_code_and_telephone(client, service):
    draft = begin(client, service)
    post(client, draft, 1, **applicant())
    elsewhere = type(client)()
    assert elsewhere.get(page(draft, 2)).status_code == 403
    elsewhere.post(reverse("dossiers:lookup"), {"ma": draft.tracking_code, "xac_minh": "3456"})
    assert elsewhere.get(page(draft, 2)).status_code == 200


def test_draft_of_an_account_knows_its_citizen_and_is_found_anywhere(client, service):
    citizen = UserFactory()
    client.force_login(citizen)
    draft = begin(client, service)
    assert citizen.full_name in client.get(page(draft, 1)).content.decode()
    elsewhere = type(client)()
    elsewhere.force_login(citizen)
    assert elsewhere.get(page(draft, 1)).status_code == 200
    assert (
        draft.tracking_code
        in elsewhere.get(reverse("dossiers:apply", args=[service.slug])).content.decode()
    )


def test_papers_page_names_a_refused_file_and_keeps_the_earlier_ones(client, service):
    draft = begin(client, service)
    client.post(page(draft, 3), {"slot": "cccd", "tep-cccd": pdf_file()})
    response = client.post(
        page(draft, 3), {"slot": "cccd", "tep-cccd": image_file("hinh.gif", format="GIF")}
    )
    assert response.status_code == 422
    assert "không phải PDF, JPG, PNG hay WebP" in response.content.decode()
    assert draft.attachments.count() == 1


@pytest.mark.parametrize("direction", ["next", "back", "later"])
def test_papers_page_keeps_chosen_files_whichever_button_is_pressed(client, service, direction):
    PaperFactory(service=service, key="don", name="Đơn")
    draft = begin(client, service)
    files = {"tep-cccd": image_file(), "tep-don": pdf_file()}
    response = client.post(page(draft, 3), {"direction": direction, **files})
    assert response.status_code == 302
    assert {file.slot for file in draft.attachments.all()} == {"cccd", "don"}


def test_papers_page_refuses_only_the_bad_one_of_several_files(client, service):
    PaperFactory(service=service, key="don", name="Đơn")
    draft = begin(client, service)
    files = {"tep-cccd": image_file("hinh.gif", format="GIF"), "tep-don": pdf_file()}
    response = client.post(page(draft, 3), {"direction": "next", **files})
    assert response.status_code == 422
    assert "hinh.gif" in response.content.decode()
    assert draft.attachments.get().slot == "don"


def test_papers_page_says_what_to_do_when_no_file_was_chosen(client, service):
    draft = begin(client, service)
    response = client.post(page(draft, 3), {"slot": "cccd"})
    assert response.status_code == 422
    assert "Chưa chọn tệp" in response.content.decode()


def test_papers_page_keeps_the_same_file_once(client, service):
    draft = begin(client, service)
    for _click in range(2):
        client.post(page(draft, 3), {"slot": "cccd", "tep-cccd": pdf_file()})
    assert draft.attachments.count() == 1


def test_papers_page_takes_back_a_file(client, service):
    draft = begin(client, service)
    client.post(page(draft, 3), {"slot": "cccd", "tep-cccd": pdf_file()})
    client.post(page(draft, 3), {"remove": draft.attachments.get().pk})
    assert not draft.attachments.exists()


def test_papers_page_asks_for_a_missing_required_paper(client, service):
    draft = begin(client, service)
    response = post(client, draft, 3)
    assert response.status_code == 422
    assert "Thiếu giấy tờ: Ảnh chụp căn cước" in response.content.decode()


@pytest.mark.parametrize("data", [{"slot": "khong-co"}, {"remove": "abc"}, {"remove": "999999"}])
def test_papers_page_answers_a_forged_request_with_not_found(client, service, data):
    draft = begin(client, service)
    assert client.post(page(draft, 3), data).status_code == 404


UPDATED = "vừa được cập nhật"


@pytest.fixture
def changed(client, service) -> Dossier:
    """A draft that was filled in before its service began to ask a fee."""
    draft = begin(client, service)
    fill_all(client, draft)
    service.fees.create(key="moi", name="Lệ phí mới", amount=20_000)
    return draft


def times_told(response) -> int:
    return response.content.decode().count(UPDATED)


def test_changed_service_is_not_sent_before_its_review_was_read(client, service):
    draft = begin(client, service)
    fill_all(client, draft)
    stale = client.get(page(draft, 4)).context["form"]["reviewed"].value()
    service.fees.create(key="moi", name="Lệ phí mới", amount=20_000)
    response = client.post(page(draft, 4), {"declared": "on", "reviewed": stale}, follow=True)
    assert times_told(response) == 1
    dossier = Dossier.objects.get()
    assert dossier.state == State.DRAFT
    assert dossier.answers == {"noi_dung": "Xin cấp sổ"}
    assert times_told(client.get(page(draft, 4))) == 0


def test_changed_service_is_shown_and_told_on_every_page_before_anything_is_saved(client, changed):
    for number in (1, 2, 3, 4):
        assert times_told(client.get(page(changed, number))) == 1
    assert "Lệ phí mới" in client.get(page(changed, 4)).content.decode()
    assert times_told(client.get(page(changed, 99), follow=True)) == 1
    changed.refresh_from_db()
    assert changed.fees == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_changed_service_is_taken_up_by_the_first_page_that_is_posted(client, changed, number):
    told = post(client, changed, number, **applicant(), noi_dung="Xin cấp sổ")
    assert times_told(client.get(told.url)) == 1
    assert times_told(client.get(page(changed, 4))) == 0
    changed.refresh_from_db()
    assert (changed.fee_total, changed.answers) == (20_000, {"noi_dung": "Xin cấp sổ"})


def test_changed_service_whose_review_was_read_is_sent_as_it_was_read(client, changed):
    response = press_send(client, changed)
    assert times_told(client.get(response.url)) == 0
    dossier = Dossier.objects.get()
    assert dossier.state == State.SUBMITTED
    assert (dossier.fee_total, len(dossier.fees)) == (20_000, 1)


def test_changed_service_with_a_new_question_asks_it_before_sending(client, service):
    draft = begin(client, service)
    fill_all(client, draft)
    service.form["sections"][0]["questions"].append({"key": "moi", "kind": "text", "label": "Mới"})
    service.save()
    assert press_send(client, draft).status_code == 422
    post(client, draft, 2, noi_dung="Xin cấp sổ", moi="Trả lời")
    assert press_send(client, draft).status_code == 302
    assert Dossier.objects.get().answers == {"noi_dung": "Xin cấp sổ", "moi": "Trả lời"}


def test_questions_page_of_a_draft_sent_meanwhile_leads_to_the_confirmation(
    client, service, monkeypatch
):
    draft = begin(client, service)
    fill_all(client, draft)

    def sent_meanwhile(draft, **typed):
        send.submit(draft, reviewed=drafts.offer_digest(Dossier.objects.get(pk=draft.pk)))
        raise NotAllowed("Hồ sơ đã được gửi")

    monkeypatch.setattr(drafts, "save", sent_meanwhile)
    response = post(client, draft, 2, noi_dung="Xin cấp sổ")
    assert client.get(response.url).url == reverse("dossiers:sent", args=[draft.tracking_code])


def test_submit_refuses_a_draft_whose_paper_was_taken_back_meanwhile(client, service):
    draft = begin(client, service)
    fill_all(client, draft)
    reviewed = drafts.offer_digest(Dossier.objects.get())
    drafts.detach(draft, draft.attachments.get())
    with pytest.raises(NotAllowed, match="Ảnh chụp căn cước"):
        send.submit(draft, reviewed=reviewed)
    assert Dossier.objects.get().state == State.DRAFT


def test_questions_page_refuses_too_much_text_and_the_draft_stays(client, service):
    draft = begin(client, service)
    post(client, draft, 1, **applicant())
    response = post(client, draft, 2, noi_dung="x" * 2_000_000)
    assert response.status_code == 413
    assert "quá lớn" in response.content.decode()
    assert Dossier.objects.get().phone == APPLICANT["phone"]


@pytest.mark.parametrize("number", [0, 99])
def test_step_out_of_range_leads_to_the_first_unfinished_page(client, service, number):
    draft = begin(client, service)
    assert client.get(page(draft, number)).url == page(draft, 1)


def test_draft_of_somebody_else_stays_closed(client, service):
    draft = DossierFactory(state=State.DRAFT, service=service)
    attach(draft, "cccd")
    for number in range(1, 5):
        assert client.get(page(draft, number)).status_code == 403
        assert client.post(page(draft, number), {"remove": 1}).status_code == 403
    assert draft.attachments.count() == 1


def test_step_tells_the_code_to_come_back_with(client, service):
    draft = begin(client, service)
    for number in (1, 2, 3):
        assert (
            f"Mã của hồ sơ này: {draft.tracking_code}."
            in client.get(page(draft, number)).content.decode()
        )


def test_review_names_a_missing_declaration_in_one_sentence(client, service):
    draft = begin(client, service)
    answer = client.post(page(draft, 4), {})
    sentence = "Hãy đánh dấu vào lời cam đoan trước khi gửi."
    assert re.search(rf">\s*{sentence}\s*</a>", answer.content.decode())
