"""Dossiers for the people of a fault: drafts before the last page, and papers that wait."""

from django.db import transaction

from dossiers import codes
from dossiers.applicant.application import Application
from dossiers.applicant.steps import PapersStep
from dossiers.models import Document, Dossier, Event
from dossiers.moves import Action, Queue
from dossiers.outbox import queue
from portal.dev import demo
from portal.dev.chaos.visitor import Visitor
from services.models import Service

COPIES_OF_A_TRANSACTION = 500


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


def copies_with_papers(dossier: Dossier, number: int) -> None:
    """Copy a sent dossier `number` times, each with an acknowledgement to print."""
    sending = dossier.events.get(action=Action.SUBMIT)
    for start in range(0, number, COPIES_OF_A_TRANSACTION):
        with transaction.atomic():
            for _ in range(min(COPIES_OF_A_TRANSACTION, number - start)):
                copy_with_paper(dossier, sending)


def copy_with_paper(dossier: Dossier, sending: Event) -> None:
    copied = Dossier.objects.get(pk=dossier.pk)
    copied.pk, copied.tracking_code = None, codes.new_tracking_code()
    copied.save(force_insert=True)
    event = Event(
        dossier=copied,
        action=sending.action,
        from_state=sending.from_state,
        to_state=sending.to_state,
        role=sending.role,
        data=sending.data,
    )
    event.save()
    queue.add_paper(event, Document.Kind.ACKNOWLEDGEMENT, Queue.PAPERS)
