"""A paper printed again years later is the same, whatever has changed since."""

import re
from copy import deepcopy
from datetime import timedelta

import pytest
from django.utils import timezone

from dossiers.models import Document, Dossier
from dossiers.moves import Action
from dossiers.papers import render
from dossiers.states import Role
from services.models import Agency, Service
from tests.dossiers.factories import act
from tests.dossiers.papers.printed import STATE_WITH, dossier_with, paper

pytestmark = pytest.mark.django_db

# When the file was made, and the identifier that is derived from it.
MADE_AT = re.compile(rb"/(CreationDate|ModDate|ID) ?(\([^)]*\)|\[[^\]]*\])")


def printed_bytes(document: Document) -> bytes:
    document = Document.objects.get(pk=document.pk)
    return MADE_AT.sub(b"", render.to_pdf(render.html_of(document)))


@pytest.mark.parametrize("kind", STATE_WITH)
def test_paper_printed_again_is_the_same_to_the_byte(kind, settings, time_machine):
    dossier = dossier_with(kind)
    document = paper(dossier, kind)
    before = printed_bytes(document)

    change_everything(dossier, settings)
    time_machine.move_to(timezone.now() + timedelta(days=3650))

    assert printed_bytes(document) == before


def change_everything(dossier: Dossier, settings) -> None:
    """Let ten years pass: other names, other fees, another authority, other officers."""
    if dossier.state == "submitted":
        dossier = act(dossier, Action.RECEIVE, Role.DESK)
        dossier = act(dossier, Action.START, Role.CASE)
        act(dossier, Action.REQUEST_PAYMENT, Role.CASE)
    Dossier.objects.filter(pk=dossier.pk).update(
        applicant_name="Người khác",
        address="Nơi khác",
        phone="0999999999",
        email="khac@example.vn",
        service_name="Dịch vụ khác",
        fees=[],
        delivery="post",
    )
    Service.objects.update(name="Dịch vụ khác", result="Kết quả khác", legal_basis=["Luật khác"])
    Agency.objects.update(name="Cơ quan khác")
    for event in dossier.events.exclude(actor=None).select_related("actor"):
        event.actor.full_name, event.actor.title = "Tên khác", "Chức khác"
        event.actor.save()

    authority = deepcopy(settings.AUTHORITY)
    for key in ("name", "short_name", "portal_name", "parent", "place", "address", "phone"):
        authority[key] = "Khác"
    authority["letterhead"] = dict.fromkeys(authority["letterhead"], "KHÁC")
    authority["desk"] = dict.fromkeys(authority["desk"], "Khác")
    authority["signer"] = dict.fromkeys(authority["signer"], "KHÁC")
    authority["form_symbols"] = dict.fromkeys(authority["form_symbols"], "K")
    authority["form_set"] = {**authority["form_set"], "basis": "Thông tư khác"}
    settings.AUTHORITY = authority
    settings.SITE_URL = "https://khac.example.vn"
