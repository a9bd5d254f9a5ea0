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


def test_looking_at_the_start_page_makes_no_dossier(client, service):
    response = client.get(reverse("dossiers:apply", args=[service.slug]))
    assert response.status_code == 200
    assert "Ảnh chụp căn cước" in response.content.decode()
    assert not Dossier.objects.exists()


def test_beginning_twice_before_anything_is_typed_is_one_draft(client, service):
    first, second = begin(client, service), begin(client, service)
    assert first == second
    post(client, first, 1, **applicant())
    assert begin(client, service) != first


def test_a_service_of_level_two_sends_people_to_its_page(client):
    service = ServiceFactory(downloadable=True)
    response = client.post(reverse("dossiers:apply", args=[service.slug]))
    assert response.url == service.get_absolute_url()
    assert not Dossier.objects.exists()


def test_the_whole_way_makes_one_sent_dossier_with_everything_in_it(client, service):
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


def test_the_declaration_must_be_ticked(client, service):
    draft = begin(client, service)
    fill_all(client, draft)
    response = press_send(client, draft, declared="")
    assert response.status_code == 422
    assert "lời cam đoan" in response.content.decode()
    assert Dossier.objects.get().state == State.DRAFT


def test_a_dossier_with_pages_left_out_is_not_sent_and_the_pages_are_named(client, service):
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
def test_a_bad_answer_is_named_on_the_same_page_and_everything_typed_stays(
    client, service, field, typed, said
):
    draft = begin(client, service)
    response = post(client, draft, 1, **applicant(**{field: typed}))
    text = response.content.decode()
    assert response.status_code == 422
    assert said in text
    assert f'href="#id_{field}' in text
    assert APPLICANT["address"] in text


def test_going_back_keeps_a_page_that_is_only_half_filled(client, service):
    draft = begin(client, service)
    post(client, draft, 1, **applicant())
    response = post(client, draft, 2, direction="back", noi_dung="Nửa chừng")
    assert response.url == page(draft, 1)
    assert "Nửa chừng" in client.get(page(draft, 2)).content.decode()


def test_stopping_for_now_asks_for_nothing_and_shows_the_code(client, service):
    draft = begin(client, service)
    response = post(client, draft, 1, direction="later", **applicant(citizen_id=""))
    resumed = client.get(response.url).content.decode()
    assert draft.tracking_code in resumed
    assert Dossier.objects.get().phone == APPLICANT["phone"]


def test_a_draft_is_resumed_on_another_machine_by_code_and_telephone(client, service):
    draft = begin(client, service)
    post(client, draft, 1, **applicant())
    elsewhere = type(client)()
    assert elsewhere.get(page(draft, 2)).status_code == 404
    elsewhere.post(reverse("dossiers:lookup"), {"ma": draft.tracking_code, "xac_minh": "3456"})
    assert elsewhere.get(page(draft, 2)).status_code == 200


def test_a_signed_in_citizen_is_not_asked_what_the_account_knows_and_finds_the_draft_anywhere(
    client, service
):
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


def test_a_refused_file_is_named_and_the_files_already_there_stay(client, service):
    draft = begin(client, service)
    client.post(page(draft, 3), {"slot": "cccd", "tep-cccd": pdf_file()})
    response = client.post(
        page(draft, 3), {"slot": "cccd", "tep-cccd": image_file("hinh.gif", format="GIF")}
    )
    assert response.status_code == 422
    assert "không phải PDF, JPG hay PNG" in response.content.decode()
    assert draft.attachments.count() == 1


@pytest.mark.parametrize("direction", ["next", "back", "later"])
def test_files_that_were_only_chosen_are_kept_whichever_button_is_pressed(
    client, service, direction
):
    PaperFactory(service=service, key="don", name="Đơn")
    draft = begin(client, service)
    files = {"tep-cccd": image_file(), "tep-don": pdf_file()}
    response = client.post(page(draft, 3), {"direction": direction, **files})
    assert response.status_code == 302
    assert {file.slot for file in draft.attachments.all()} == {"cccd", "don"}


def test_of_several_chosen_files_only_the_bad_one_is_refused_by_name(client, service):
    PaperFactory(service=service, key="don", name="Đơn")
    draft = begin(client, service)
    files = {"tep-cccd": image_file("hinh.gif", format="GIF"), "tep-don": pdf_file()}
    response = client.post(page(draft, 3), {"direction": "next", **files})
    assert response.status_code == 422
    assert "hinh.gif" in response.content.decode()
    assert draft.attachments.get().slot == "don"


def test_an_upload_button_without_a_file_says_what_to_do(client, service):
    draft = begin(client, service)
    response = client.post(page(draft, 3), {"slot": "cccd"})
    assert response.status_code == 422
    assert "Chưa chọn tệp" in response.content.decode()


def test_sending_the_same_file_twice_keeps_it_once(client, service):
    draft = begin(client, service)
    for _click in range(2):
        client.post(page(draft, 3), {"slot": "cccd", "tep-cccd": pdf_file()})
    assert draft.attachments.count() == 1


def test_a_file_of_a_draft_can_be_taken_back(client, service):
    draft = begin(client, service)
    client.post(page(draft, 3), {"slot": "cccd", "tep-cccd": pdf_file()})
    client.post(page(draft, 3), {"remove": draft.attachments.get().pk})
    assert not draft.attachments.exists()


def test_a_missing_required_paper_holds_the_page(client, service):
    draft = begin(client, service)
    response = post(client, draft, 3)
    assert response.status_code == 422
    assert "Thiếu giấy tờ: Ảnh chụp căn cước" in response.content.decode()


@pytest.mark.parametrize("data", [{"slot": "khong-co"}, {"remove": "abc"}, {"remove": "999999"}])
def test_a_forged_file_request_is_not_found(client, service, data):
    draft = begin(client, service)
    assert client.post(page(draft, 3), data).status_code == 404


def test_a_service_changed_meanwhile_keeps_the_answers_and_asks_to_look_again(client, service):
    draft = begin(client, service)
    fill_all(client, draft)
    stale = client.get(page(draft, 4)).context["form"]["reviewed"].value()
    service.fees.create(key="moi", name="Lệ phí mới", amount=20_000)
    response = client.post(page(draft, 4), {"declared": "on", "reviewed": stale}, follow=True)
    assert "vừa được cập nhật" in response.content.decode()
    dossier = Dossier.objects.get()
    assert dossier.state == State.DRAFT
    assert dossier.answers == {"noi_dung": "Xin cấp sổ"}


def test_a_dossier_sent_by_the_other_click_at_this_moment_leads_to_its_confirmation(
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


def test_a_paper_taken_back_in_another_tab_at_the_last_moment_holds_the_dossier(client, service):
    draft = begin(client, service)
    fill_all(client, draft)
    reviewed = drafts.offer_digest(Dossier.objects.get())
    drafts.detach(draft, draft.attachments.get())
    with pytest.raises(NotAllowed, match="Ảnh chụp căn cước"):
        send.submit(draft, reviewed=reviewed)
    assert Dossier.objects.get().state == State.DRAFT


def test_more_text_than_anybody_types_gets_a_page_that_says_so_and_the_draft_stays(client, service):
    draft = begin(client, service)
    post(client, draft, 1, **applicant())
    response = post(client, draft, 2, noi_dung="x" * 2_000_000)
    assert response.status_code == 413
    assert "quá lớn" in response.content.decode()
    assert Dossier.objects.get().phone == APPLICANT["phone"]


@pytest.mark.parametrize("number", [0, 99])
def test_a_page_number_that_does_not_exist_leads_to_where_one_was(client, service, number):
    draft = begin(client, service)
    assert client.get(page(draft, number)).url == page(draft, 1)


def test_a_draft_is_nobody_elses(client, service):
    draft = DossierFactory(state=State.DRAFT, service=service)
    attach(draft, "cccd")
    for number in range(1, 5):
        assert client.get(page(draft, number)).status_code == 404
        assert client.post(page(draft, number), {"remove": 1}).status_code == 404
    assert draft.attachments.count() == 1


def test_sending_takes_few_queries(client, service, django_assert_max_num_queries):
    draft = begin(client, service)
    fill_all(client, draft)
    reviewed = client.get(page(draft, 4)).context["form"]["reviewed"].value()
    with django_assert_max_num_queries(25):
        client.post(page(draft, 4), {"declared": "on", "reviewed": reviewed})


def test_every_step_tells_the_code_to_come_back_with(client, service):
    draft = begin(client, service)
    for number in (1, 2, 3):
        assert (
            f"Mã của hồ sơ này: {draft.tracking_code}."
            in client.get(page(draft, number)).content.decode()
        )


def test_a_missing_declaration_is_named_in_one_sentence(client, service):
    draft = begin(client, service)
    answer = client.post(page(draft, 4), {})
    sentence = "Hãy đánh dấu vào lời cam đoan trước khi gửi."
    assert re.search(rf">\s*{sentence}\s*</a>", answer.content.decode())
