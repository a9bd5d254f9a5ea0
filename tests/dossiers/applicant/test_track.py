"""After sending: lookup, the three tiers, supplement, withdrawal, downloads."""

import pytest
from django.urls import reverse

from dossiers.models import Dossier
from dossiers.moves import Action
from dossiers.states import FINAL, Role, State
from tests.dossiers.factories import APPLICANT, DossierFactory, act, attach, image_file, pdf_file
from tests.portal.factories import UserFactory
from tests.services.factories import PaperFactory, ServiceFactory

pytestmark = pytest.mark.django_db
LOOKUP = "/tra-cuu/"
LAST_FOUR = APPLICANT["phone"][-4:]


def unlock(client, dossier):
    """Open a dossier as its applicant does on another machine."""
    response = client.post(LOOKUP, {"ma": dossier.tracking_code, "xac_minh": LAST_FOUR})
    assert response.status_code == 302
    return client


def url(name: str, dossier: Dossier, *args) -> str:
    return reverse(f"dossiers:{name}", args=[dossier.tracking_code, *args])


# --- Lookup ---


@pytest.mark.parametrize(
    "typed", [str.lower, lambda code: code.replace("-", ""), lambda code: f"  {code} "]
)
def test_lookup_finds_a_tracking_code_however_it_is_typed(client, typed):
    dossier = DossierFactory()
    response = client.post(LOOKUP, {"ma": typed(dossier.tracking_code)})
    assert response.status_code == 302
    assert response.url == dossier.get_absolute_url()


def test_lookup_by_official_number_tells_state_and_dates_and_nothing_else(client):
    dossier = DossierFactory(state=State.RECEIVED)
    page = client.post(LOOKUP, {"ma": dossier.official_number}).content.decode()
    assert "Đã tiếp nhận" in page
    for secret in (
        dossier.tracking_code,
        dossier.applicant_name,
        dossier.phone,
        dossier.service_name,
    ):
        assert secret not in page


@pytest.mark.parametrize(
    "typed", ["", "xin chào", "AAAA-AAAA-AAAA", "000.00.15.H48-261122-9999", "x" * 500, "\x00"]
)
def test_lookup_of_an_unknown_code_gets_a_sentence_and_422(client, typed):
    response = client.post(LOOKUP, {"ma": typed})
    assert response.status_code == 422
    assert "error-summary" in response.content.decode()


def test_lookup_answers_a_wrong_second_factor_like_an_unknown_code(client):
    dossier = DossierFactory()
    wrong = client.post(LOOKUP, {"ma": dossier.tracking_code, "xac_minh": "0000"})
    unknown = client.post(LOOKUP, {"ma": "AAAA-AAAA-AAAA", "xac_minh": "0000"})
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.content.decode().replace(dossier.tracking_code, "AAAA-AAAA-AAAA").count(
        "không khớp"
    ) == (unknown.content.decode().count("không khớp"))


@pytest.mark.parametrize(
    "guess", ["3456" + "x" * 40, "345612345678901234567890", "x" * 500, "", "၃၄၅၆"]
)
def test_lookup_refuses_a_second_factor_of_no_sense_in_words(client, guess):
    dossier = DossierFactory()
    response = client.post(LOOKUP, {"ma": dossier.tracking_code, "xac_minh": guess})
    assert response.status_code == 422
    assert client.get(url("sent", dossier)).status_code == 403


def test_close_takes_the_access_from_a_borrowed_machine(client):
    dossier = DossierFactory()
    unlock(client, dossier).post(url("close", dossier))
    assert client.get(url("sent", dossier)).status_code == 403
    assert APPLICANT["phone"] not in client.get(dossier.get_absolute_url()).content.decode()


# --- The three tiers ---


def test_track_by_code_shows_the_course_but_not_the_applicant(client):
    dossier = DossierFactory(state=State.SUPPLEMENT)
    page = client.get(dossier.get_absolute_url()).content.decode()
    assert dossier.service_name in page
    assert dossier.handler.get_full_name() in page
    assert str(dossier.agency) in page
    for secret in (*APPLICANT.values(), dossier.answers["noi_dung"]):
        assert secret not in page


def test_track_shows_everything_after_the_second_factor(client):
    dossier = DossierFactory()
    page = unlock(client, dossier).get(dossier.get_absolute_url()).content.decode()
    for shown in (*APPLICANT.values(), dossier.answers["noi_dung"]):
        assert shown in page


def test_track_shows_everything_to_the_owner_and_not_to_another_account(client):
    owner, neighbour = UserFactory(), UserFactory()
    dossier = DossierFactory(owner=owner)
    client.force_login(owner)
    assert APPLICANT["citizen_id"] in client.get(dossier.get_absolute_url()).content.decode()
    client.force_login(neighbour)
    assert APPLICANT["citizen_id"] not in client.get(dossier.get_absolute_url()).content.decode()


def test_track_never_shows_notes_between_officers(client):
    dossier = DossierFactory(state=State.IN_PROGRESS)
    act(dossier, Action.PROPOSE, Role.CASE, note="Chỗ này còn nghi ngờ")
    page = unlock(client, dossier).get(dossier.get_absolute_url()).content.decode()
    assert "Hồ sơ đã được trình phê duyệt" in page
    assert "nghi ngờ" not in page


@pytest.mark.parametrize("state", State)
def test_track_opens_in_every_state_for_stranger_and_applicant(client, state):
    dossier = DossierFactory(state=state, service__paid=True)
    assert client.get(dossier.get_absolute_url()).status_code == 200
    assert unlock(client, dossier).get(dossier.get_absolute_url()).status_code == 200


def test_track_is_never_kept_by_a_cache(client):
    response = client.get(DossierFactory().get_absolute_url())
    assert "no-store" in response["Cache-Control"]


def test_track_takes_the_same_few_queries_however_long_the_course(
    client, django_assert_max_num_queries
):
    short, long = DossierFactory(), DossierFactory(state=State.APPROVED)
    for dossier in (short, long):
        with django_assert_max_num_queries(6):
            client.get(dossier.get_absolute_url())


# --- Supplement and withdrawal ---


@pytest.mark.parametrize(
    ("before", "after"),
    [(State.SUPPLEMENT, State.IN_PROGRESS), (State.INTAKE_SUPPLEMENT, State.SUBMITTED)],
)
def test_supplement_with_a_file_goes_back_to_the_officer(client, before, after):
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="cccd")
    dossier = DossierFactory(state=before, service=service)
    unlock(client, dossier).post(
        url("supplement", dossier), {"slot": "cccd", "tep-cccd": pdf_file()}
    )
    client.post(url("supplement", dossier), {"note": "Gửi lại bản rõ hơn"})
    dossier.refresh_from_db()
    assert dossier.state == after
    assert dossier.attachments.filter(round=1).count() == 1


def test_supplement_takes_a_file_that_was_only_chosen(client):
    dossier = DossierFactory(state=State.SUPPLEMENT)
    unlock(client, dossier).post(
        url("supplement", dossier), {"note": "", "tep-giay-to-khac": pdf_file()}
    )
    dossier.refresh_from_db()
    assert dossier.state == State.IN_PROGRESS
    assert dossier.attachments.get().slot == "giay-to-khac"


def test_supplement_keeps_the_note_when_a_file_is_uploaded(client):
    dossier = DossierFactory(state=State.SUPPLEMENT)
    data = {"slot": "giay-to-khac", "tep-giay-to-khac": pdf_file(), "note": "Tôi gửi bản rõ hơn"}
    response = unlock(client, dossier).post(url("supplement", dossier), data)
    assert response.status_code == 200
    assert "Tôi gửi bản rõ hơn" in response.content.decode()
    dossier.refresh_from_db()
    assert dossier.state == State.SUPPLEMENT


def test_supplement_that_is_empty_is_not_sent(client):
    dossier = DossierFactory(state=State.SUPPLEMENT)
    response = unlock(client, dossier).post(url("supplement", dossier), {"note": "  "})
    assert response.status_code == 422
    dossier.refresh_from_db()
    assert dossier.state == State.SUPPLEMENT


def test_supplement_names_a_refused_file_and_keeps_the_others(client):
    dossier = DossierFactory(state=State.SUPPLEMENT)
    unlock(client, dossier).post(
        url("supplement", dossier), {"slot": "giay-to-khac", "tep-giay-to-khac": image_file()}
    )
    bad = image_file("nho.gif", format="GIF")
    response = client.post(
        url("supplement", dossier), {"slot": "giay-to-khac", "tep-giay-to-khac": bad}
    )
    assert response.status_code == 422
    assert "không phải PDF, JPG, PNG hay WebP" in response.content.decode()
    assert dossier.attachments.count() == 1


def test_supplement_takes_back_nothing_that_was_sent_before(client):
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="cccd")
    draft = DossierFactory(state=State.DRAFT, service=service)
    sent = attach(draft, "cccd")
    dossier = act(draft, Action.SUBMIT, Role.CITIZEN)
    dossier = act(dossier, Action.REQUEST_INTAKE_SUPPLEMENT, Role.DESK)
    unlock(client, dossier).post(url("supplement", dossier), {"remove": sent.pk})
    assert dossier.attachments.filter(pk=sent.pk).exists()


def test_withdraw_before_receipt_is_done_at_once(client):
    dossier = DossierFactory()
    unlock(client, dossier).post(url("withdraw", dossier), {"note": "Tôi nộp nhầm"})
    dossier.refresh_from_db()
    assert dossier.state == State.WITHDRAWN


def test_withdraw_after_receipt_is_asked_for(client):
    dossier = DossierFactory(state=State.RECEIVED)
    unlock(client, dossier).post(url("withdraw", dossier), {"note": ""})
    dossier.refresh_from_db()
    assert dossier.state == State.WITHDRAWAL_REQUESTED


@pytest.mark.parametrize("state", sorted({*FINAL, State.APPROVED}))
def test_withdraw_refuses_what_is_decided_or_ended(client, state):
    dossier = DossierFactory(state=state)
    response = unlock(client, dossier).post(url("withdraw", dossier), {"note": ""})
    assert response.url == dossier.get_absolute_url()
    dossier.refresh_from_db()
    assert dossier.state == state


@pytest.mark.parametrize("name", ["supplement", "withdraw", "sent"])
def test_access_by_code_alone_neither_acts_nor_reads_on(client, name):
    dossier = DossierFactory(state=State.SUPPLEMENT)
    assert client.get(url(name, dossier)).status_code == 403
    assert client.post(url(name, dossier)).status_code in (403, 405)


# --- Downloads ---


def test_download_gives_a_file_as_it_was_sent_and_only_to_its_sender(client):
    draft = DossierFactory(state=State.DRAFT)
    sent = attach(draft, "cccd", pdf_file("căn cước.pdf"))
    with sent.file.open() as file:
        content = file.read()
    assert client.get(url("file", draft, sent.pk)).status_code == 403
    response = unlock(client, draft).get(url("file", draft, sent.pk))
    assert b"".join(response.streaming_content) == content
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_download_of_a_file_of_another_dossier_is_not_found(client):
    mine, other = DossierFactory(state=State.DRAFT), DossierFactory(state=State.DRAFT)
    foreign = attach(other, "cccd")
    assert unlock(client, mine).get(url("file", mine, foreign.pk)).status_code == 404


def test_paper_that_is_not_made_yet_says_so_and_reloads(client):
    dossier = DossierFactory()
    waiting = dossier.documents.get()
    response = unlock(client, dossier).get(url("paper", dossier, waiting.pk))
    assert response.status_code == 202
    assert response["Refresh"]


def test_mine_lists_the_citizens_own_dossiers_only(client):
    me = UserFactory()
    mine, _other = DossierFactory(owner=me), DossierFactory()
    client.force_login(me)
    page = client.get(reverse("dossiers:mine")).content.decode()
    assert mine.tracking_code in page
    assert _other.tracking_code not in page


def test_mine_asks_for_a_sign_in(client):
    assert reverse("account_login") in client.get(reverse("dossiers:mine")).url


# --- The sentence and the money ---


@pytest.mark.parametrize(("kind", "idle"), [("online", True), ("paid", False)])
def test_next_step_of_a_dossier_that_owes_a_fee_asks_for_it(client, kind, idle):
    dossier = DossierFactory(service=ServiceFactory(**{kind: True}))
    page = unlock(client, dossier).get(dossier.get_absolute_url()).content.decode()
    assert ("Bạn chưa cần làm gì." in page) is idle
    assert ("Còn phải nộp" in page) is not idle


def test_track_of_an_ended_dossier_asks_for_no_money(client):
    dossier = DossierFactory(state=State.INTAKE_REFUSED, service=ServiceFactory(paid=True))
    page = unlock(client, dossier).get(dossier.get_absolute_url()).content.decode()
    assert "Đã nộp" in page
    assert "Còn phải nộp" not in page
