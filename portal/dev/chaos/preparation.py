"""Dossiers for the people of a fault: drafts before the last page, and papers that wait."""

import copy

from django.db import transaction

from dossiers import codes
from dossiers.applicant import drafts, send
from dossiers.applicant.application import Application
from dossiers.applicant.steps import PapersStep
from dossiers.models import Dossier
from portal.dev import demo
from portal.dev.chaos.visitor import Visitor
from services.models import Service

SENT_IN_A_TRANSACTION = 500


def people_about_to_send(address: str, number: int) -> list[Visitor]:
    """Return people before the page from which they send, over all services in turn."""
    services = online_services()
    people = []
    for turn in range(number):
        draft = demo.make_draft(services[turn % len(services)], turn)
        people.append(open_draft(address, draft))
    return people


def online_services() -> list[Service]:
    return list(Service.objects.published().online().order_by("slug"))


def open_draft(address: str, draft: Dossier) -> Visitor:
    application = Application(draft)
    review = application.url(application.steps[-1])
    visitor = Visitor(address, draft.tracking_code, draft.phone[-4:], review)
    visitor.open_review()
    return visitor


def person_with_papers(address: str) -> tuple[Visitor, str, str]:
    """Return somebody whose draft asks for papers, the path of that page, and a paper's key."""
    for service in online_services():
        draft = demo.make_draft(service, turn=0)
        application = Application(draft)
        pages = [step for step in application.steps if isinstance(step, PapersStep)]
        if pages:
            slot = next(slot.key for slot in application.papers if slot.upload)
            return open_draft(address, draft), application.url(pages[0]), slot
    raise LookupError("no service asks for papers")


def send_many(number: int) -> None:
    """Send `number` dossiers at once, so that as many acknowledgements wait to be printed."""
    draft = draft_without_files()
    for start in range(0, number, SENT_IN_A_TRANSACTION):
        with transaction.atomic():
            for _ in range(min(SENT_IN_A_TRANSACTION, number - start)):
                send_copy(draft)


def draft_without_files() -> Dossier:
    """Return a draft of a service that asks for no file, and gets no mail."""
    for service in online_services():
        draft = demo.make_draft(service, turn=0)
        if not draft.attachments.exists():
            draft.email = ""
            return draft
    raise LookupError("every service asks for a file")


def send_copy(draft: Dossier) -> None:
    copied = copy.copy(draft)
    copied.pk, copied.tracking_code = None, codes.new_tracking_code()
    copied.save(force_insert=True)
    send.submit(copied, reviewed=drafts.offer_digest(copied))
