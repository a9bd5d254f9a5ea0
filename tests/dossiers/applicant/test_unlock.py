"""The page in place of one whose dossier is not open: it keeps what was typed and leads back."""

import pytest
from django.conf import settings as portal_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from dossiers import codes
from dossiers.applicant import unlock
from dossiers.models import Dossier
from dossiers.states import State
from tests.dossiers.factories import APPLICANT, DossierFactory, image_file, pdf_file
from tests.services.factories import PaperFactory, ServiceFactory

pytestmark = pytest.mark.django_db

LAST_FOUR = APPLICANT["phone"][-4:]


def page(draft: Dossier, number: int) -> str:
    return reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, number])


def fields_of(response) -> dict[str, str]:
    """The hidden fields of the unlock page, as its forms send them."""
    return dict(response.context["kept"])


def press_unlock(client, response, digits: str = LAST_FOUR):
    code = response.context["code"]
    typed = {**fields_of(response), "ma": code, "xac_minh": digits}
    return client.post(reverse("dossiers:lookup"), typed, follow=True)


def test_unlock_page_stands_where_access_ran_out(client):
    draft = DossierFactory(state=State.DRAFT)
    response = client.get(page(draft, 2))
    assert response.status_code == 403
    assert "Hồ sơ này đã đóng trên máy này" in response.content.decode()
    assert APPLICANT["applicant_name"] not in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_unlock_page_leads_back_to_the_step(client):
    draft = DossierFactory(state=State.DRAFT)
    opened = press_unlock(client, client.get(page(draft, 2)))
    assert opened.status_code == 200
    assert opened.request["PATH_INFO"] == page(draft, 2)


def test_unlock_saves_what_was_typed_before_access_ran_out(client):
    draft = DossierFactory(state=State.DRAFT)
    typed = {"noi_dung": 'Xin cấp "sổ" & <thẻ>', "direction": "next"}
    response = client.post(page(draft, 2), typed)
    assert response.status_code == 403
    assert "Những gì bạn vừa điền vẫn còn" in response.content.decode()
    opened = press_unlock(client, response)
    assert opened.request["PATH_INFO"] == page(draft, 3)
    draft.refresh_from_db()
    assert draft.answers["noi_dung"] == 'Xin cấp "sổ" & <thẻ>'


def test_unlock_shows_what_was_typed_wrongly_on_its_step(client):
    draft = DossierFactory(state=State.DRAFT)
    response = client.post(page(draft, 1), {**APPLICANT, "phone": "12", "address": "Làng Mới"})
    opened = press_unlock(client, response)
    assert opened.status_code == 422
    assert "Làng Mới" in opened.content.decode()


def test_unlock_keeps_what_was_typed_over_a_wrong_number(client):
    draft = DossierFactory(state=State.DRAFT)
    response = client.post(page(draft, 2), {"noi_dung": "Xin cấp sổ", "direction": "next"})
    wrong = press_unlock(client, response, "0000")
    assert wrong.status_code == 422
    press_unlock(client, wrong)
    draft.refresh_from_db()
    assert draft.answers["noi_dung"] == "Xin cấp sổ"


def test_unlock_needs_its_token_to_save_what_was_typed():
    draft = DossierFactory(state=State.DRAFT)
    browser = Client(enforce_csrf_checks=True)
    browser.get(page(draft, 2))
    token = browser.cookies[portal_settings.CSRF_COOKIE_NAME].value
    typed = {"noi_dung": "Xin cấp", "csrfmiddlewaretoken": token}
    response = browser.post(page(draft, 2), typed)
    kept = fields_of(response)
    assert "csrfmiddlewaretoken" not in kept
    body = {**kept, "ma": draft.tracking_code, "xac_minh": LAST_FOUR}
    assert browser.post(reverse("dossiers:lookup"), body).status_code == 403
    body["csrfmiddlewaretoken"] = token
    saved = browser.post(reverse("dossiers:lookup"), body, follow=True)
    assert saved.request["PATH_INFO"] == page(draft, 3)


ORIGIN = {"origin": "http://testserver"}


def test_unlock_keeps_what_was_typed_where_every_cookie_was_deleted():
    draft = DossierFactory(state=State.DRAFT)
    browser = Client(enforce_csrf_checks=True)
    typed = {"noi_dung": "Xin cấp sổ", "csrfmiddlewaretoken": "a" * 64}
    response = browser.post(page(draft, 2), typed, headers=ORIGIN)
    assert response.status_code == 403
    assert fields_of(response)["noi_dung"] == "Xin cấp sổ"
    token = browser.cookies[portal_settings.CSRF_COOKIE_NAME].value
    factor = {"ma": draft.tracking_code, "xac_minh": LAST_FOUR, "csrfmiddlewaretoken": token}
    body = {**fields_of(response), **factor}
    browser.post(reverse("dossiers:lookup"), body, headers=ORIGIN, follow=True)
    draft.refresh_from_db()
    assert draft.answers["noi_dung"] == "Xin cấp sổ"


def test_page_with_an_old_token_asks_to_send_again_what_was_typed():
    draft = DossierFactory(state=State.DRAFT)
    browser = Client(enforce_csrf_checks=True)
    lookup = browser.get(reverse("dossiers:lookup"))
    factor = {"ma": draft.tracking_code, "xac_minh": LAST_FOUR}
    token = lookup.cookies[portal_settings.CSRF_COOKIE_NAME].value
    browser.post(reverse("dossiers:lookup"), {**factor, "csrfmiddlewaretoken": token})
    typed = {"noi_dung": "Xin cấp sổ", "csrfmiddlewaretoken": "a" * 64}

    refused = browser.post(page(draft, 2), typed, headers=ORIGIN)
    assert refused.status_code == 403
    assert "Gửi lại" in refused.content.decode()
    again = {**fields_of(refused), "csrfmiddlewaretoken": token}
    browser.post(page(draft, 2), again, headers=ORIGIN)
    draft.refresh_from_db()
    assert draft.answers["noi_dung"] == "Xin cấp sổ"


def test_page_without_its_token_keeps_nothing_that_another_site_posted():
    draft = DossierFactory(state=State.DRAFT)
    browser = Client(enforce_csrf_checks=True)
    for headers in ({}, {"origin": "https://other.example.vn"}):
        response = browser.post(page(draft, 2), {"noi_dung": "Xin cấp"}, headers=headers)
        assert response.status_code == 403
        assert "Xin cấp" not in response.content.decode()


def test_unlock_names_files_to_be_chosen_again_and_goes_on_with_nothing_missing(client):
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="cccd", name="Ảnh chụp căn cước")
    draft = DossierFactory(state=State.DRAFT, service=service)
    chosen = {"tep-cccd": image_file("can-cuoc.jpg"), "direction": "next"}
    response = client.post(page(draft, 3), chosen)
    assert "can-cuoc.jpg" in response.content.decode()
    opened = press_unlock(client, response)
    assert opened.request["PATH_INFO"] == page(draft, 3)
    assert opened.status_code == 422


def test_unlock_sends_no_supplement_without_the_file_that_was_chosen(client):
    dossier = DossierFactory(state=State.SUPPLEMENT)
    address = reverse("dossiers:supplement", args=[dossier.tracking_code])
    typed = {"note": "Xin gửi thêm", "tep-giay-to-khac": pdf_file("them.pdf")}
    opened = press_unlock(client, client.post(address, typed))
    assert "Xin gửi thêm" in opened.content.decode()
    dossier.refresh_from_db()
    assert dossier.state == State.SUPPLEMENT


def test_unlock_page_of_a_draft_without_telephone_starts_anew_with_what_was_typed(client):
    client.post(reverse("dossiers:apply", args=[ServiceFactory(online=True).slug]))
    lost = Dossier.objects.get()
    browser = Client()
    response = browser.post(page(lost, 1), {**APPLICANT, "delivery": "desk"})
    assert "Hồ sơ chưa có số điện thoại" in response.content.decode()
    again = reverse("dossiers:apply", args=[lost.service.slug])
    opened = browser.post(again, fields_of(response), follow=True)
    draft = Dossier.objects.latest("pk")
    assert draft != lost
    assert opened.request["PATH_INFO"] == page(draft, 2)
    assert draft.address == APPLICANT["address"]


def test_start_that_is_refused_keeps_what_was_typed_for_another_try(client, settings):
    client.post(reverse("dossiers:apply", args=[ServiceFactory(online=True).slug]))
    lost = Dossier.objects.get()
    browser = Client()
    response = browser.post(page(lost, 1), {**APPLICANT, "delivery": "desk"})
    again = reverse("dossiers:apply", args=[lost.service.slug])
    settings.MAX_OPEN_DRAFTS = 0
    refused = browser.post(again, fields_of(response))
    assert refused.status_code == 409
    assert "với những gì vừa điền" in refused.content.decode()

    settings.MAX_OPEN_DRAFTS = 20
    browser.post(again, fields_of(refused), follow=True)
    assert Dossier.objects.latest("pk").address == APPLICANT["address"]


def test_unlock_page_leads_an_owner_through_the_sign_in_with_what_was_typed(client, citizen):
    draft = DossierFactory(state=State.DRAFT, owner=citizen)
    response = client.post(page(draft, 2), {"noi_dung": "Xin cấp sổ", "direction": "next"})
    address = reverse("dossiers:sign_in", args=[draft.tracking_code])
    to_sign_in = client.post(address, fields_of(response))
    assert to_sign_in.url.startswith(reverse("account_login"))
    citizen.set_password("mot-mat-khau-dai")
    citizen.save()
    opened = client.post(
        to_sign_in.url, {"login": citizen.username, "password": "mot-mat-khau-dai"}, follow=True
    )
    assert opened.request["PATH_INFO"] == page(draft, 2)
    assert opened.context["form"]["noi_dung"].value() == "Xin cấp sổ"
    client.post(page(draft, 2), {"noi_dung": "Xin cấp lại", "direction": "next"})
    assert client.get(page(draft, 2)).context["form"]["noi_dung"].value() == "Xin cấp lại"


def test_sign_in_of_a_code_that_does_not_exist_keeps_nothing(client):
    code = codes.new_tracking_code()
    target = reverse("dossiers:sent", args=[code])
    body = {unlock.RETURN_TO: target, unlock.RESEND: "1", "note": "x" * 1000}
    assert client.post(reverse("dossiers:sign_in", args=[code]), body).status_code == 404
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/admin/", "/ho-so/", "", "\x00"]
)
def test_unlock_leads_to_pages_of_its_dossier_alone(client, target):
    dossier = DossierFactory()
    body = {"ma": dossier.tracking_code, "xac_minh": LAST_FOUR, unlock.RETURN_TO: target}
    assert client.post(reverse("dossiers:lookup"), body).url == dossier.get_absolute_url()


def test_unlock_leads_to_no_page_of_another_dossier(client):
    dossier, other = DossierFactory(), DossierFactory()
    target = reverse("dossiers:withdraw", args=[other.tracking_code])
    body = {
        "ma": dossier.tracking_code,
        "xac_minh": LAST_FOUR,
        unlock.RETURN_TO: target,
        unlock.RESEND: "1",
    }
    response = client.post(reverse("dossiers:lookup"), body)
    assert (response.status_code, response.url) == (302, dossier.get_absolute_url())


def test_page_of_a_code_that_does_not_exist_is_not_found_and_counts_as_a_guess(client, settings):
    settings.LOOKUP_FAILURES_PER_HOUR = 2
    answers = [
        client.get(reverse("dossiers:sent", args=[codes.new_tracking_code()])).status_code
        for _attempt in range(3)
    ]
    assert answers == [404, 404, 429]
