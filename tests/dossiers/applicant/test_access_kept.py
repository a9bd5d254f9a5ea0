"""What a browser may open stays open, whatever answer was lost on the way."""

from datetime import timedelta

import pytest
from django.conf import settings as portal_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dossiers.models import Dossier
from dossiers.states import State
from tests.dossiers.factories import APPLICANT, DossierFactory, image_file
from tests.services.factories import PaperFactory, ServiceFactory

pytestmark = pytest.mark.django_db


def start(client, service=None) -> Dossier:
    service = service or ServiceFactory(online=True)
    client.post(reverse("dossiers:apply", args=[service.slug]))
    return Dossier.objects.latest("pk")


def page(draft: Dossier, number: int = 1) -> str:
    return reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, number])


def unlock(client, dossier: Dossier, digits: str = APPLICANT["phone"][-4:]):
    typed = {"ma": dossier.tracking_code, "xac_minh": digits}
    return client.post(reverse("dossiers:lookup"), typed)


def lose_answer(client, act) -> None:
    """Do something whose answer never arrives: the browser keeps the cookies that it had."""
    before = client.cookies.copy()
    act()
    client.cookies = before


def test_start_of_another_dossier_takes_nothing_away_when_its_answer_is_lost(client):
    earlier = start(client)
    lose_answer(client, lambda: start(client))
    assert client.get(page(earlier)).status_code == 200


def test_unlock_takes_nothing_away_when_its_answer_is_lost(client):
    earlier, sent = start(client), DossierFactory()
    lose_answer(client, lambda: unlock(client, sent))
    assert client.get(page(earlier)).status_code == 200
    unlock(client, sent)
    assert client.get(reverse("dossiers:sent", args=[sent.tracking_code])).status_code == 200


def test_start_from_two_tabs_at_once_keeps_both_drafts(client):
    """Both requests leave with the same cookies; the answers come in one after the other."""
    tab, other_tab = Client(), Client()
    drafts = [start(tab), start(other_tab)]
    for answered in (tab, other_tab):
        client.cookies.update(answered.cookies)
    assert [client.get(page(draft)).status_code for draft in drafts] == [200, 200]


def test_anonymous_applicant_leaves_no_session(client):
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="cccd", name="Ảnh chụp căn cước")
    client.get(reverse("dossiers:apply", args=[service.slug]))
    draft = start(client, service)
    client.post(page(draft, 1), {**APPLICANT, "delivery": "desk"})
    client.post(page(draft, 2), {"noi_dung": "Xin cấp sổ"})
    client.post(page(draft, 3), {"slot": "cccd", "tep-cccd": image_file()})
    reviewed = client.get(page(draft, 4)).context["form"]["reviewed"].value()
    client.post(page(draft, 4), {"declared": "on", "reviewed": reviewed})
    client.get(reverse("dossiers:sent", args=[draft.tracking_code]))
    unlock(client, draft)
    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED
    assert Session.objects.count() == 0
    assert portal_settings.SESSION_COOKIE_NAME not in client.cookies


def test_draft_stays_open_when_the_secret_key_is_changed(client, settings):
    draft = start(client)
    former = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key " * 6, [former]
    assert client.get(page(draft)).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(page(draft)).status_code == 200


def test_sign_out_closes_the_dossiers_of_this_browser(client, citizen):
    client.force_login(citizen)
    draft = start(client)
    client.post(reverse("account_logout"))
    assert client.get(page(draft)).status_code == 403


def test_start_takes_no_older_empty_draft_for_a_second_click(client, time_machine):
    """Whoever began it on a shared machine may have kept its cookie, and would read along."""
    service = ServiceFactory(online=True)
    earlier = start(client, service)
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    assert start(client, service) != earlier
