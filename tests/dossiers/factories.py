"""Dossiers for tests, made through the workflow alone.

No test meets a state that the portal could not reach.
"""

import io
from contextlib import closing

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter

from dossiers import answers, facts, workflow
from dossiers.applicant import drafts, send, uploads
from dossiers.file_checks import check
from dossiers.file_checks.inspection import Inspection
from dossiers.models import Attachment, Document, Dossier, Event, OutboxJob
from dossiers.moves import Action, Queue
from dossiers.states import Role, State
from tests.portal.factories import UserFactory
from tests.services.factories import ServiceFactory

APPLICANT = {
    "applicant_name": "Phạm Văn Rin",
    "citizen_id": "051085001234",
    "phone": "0905123456",
    "email": "rin@example.vn",
    "address": "Thôn Nước Như, Ba Xa, Ba Tơ, Quảng Ngãi",
}

CASE_NOTE = "Hồ sơ đủ điều kiện."
# The shortest way to each state: (action, role), from a draft on.
_SEND = [(Action.SUBMIT, Role.CITIZEN)]
_RECEIVE = [*_SEND, (Action.RECEIVE, Role.DESK)]
_START = [*_RECEIVE, (Action.START, Role.CASE)]
_PROPOSE = [*_START, (Action.PROPOSE, Role.CASE)]
_APPROVE = [*_PROPOSE, (Action.APPROVE, Role.LEADER)]
WAY_TO: dict[State, list[tuple[Action, Role]]] = {
    State.DRAFT: [],
    State.SUBMITTED: _SEND,
    State.INTAKE_SUPPLEMENT: [*_SEND, (Action.REQUEST_INTAKE_SUPPLEMENT, Role.DESK)],
    State.INTAKE_REFUSED: [*_SEND, (Action.REFUSE, Role.DESK)],
    State.RECEIVED: _RECEIVE,
    State.IN_PROGRESS: _START,
    State.SUPPLEMENT: [*_START, (Action.REQUEST_SUPPLEMENT, Role.CASE)],
    State.AWAITING_PAYMENT: [*_START, (Action.REQUEST_PAYMENT, Role.CASE)],
    State.AWAITING_APPROVAL: _PROPOSE,
    State.APPROVED: _APPROVE,
    State.REJECTED: [*_PROPOSE, (Action.REJECT, Role.LEADER)],
    State.DELIVERED: [*_APPROVE, (Action.DELIVER, Role.DESK)],
    State.WITHDRAWAL_REQUESTED: [*_RECEIVE, (Action.REQUEST_WITHDRAWAL, Role.CITIZEN)],
    State.WITHDRAWN: [*_SEND, (Action.WITHDRAW, Role.CITIZEN)],
}


def act(dossier: Dossier, action: Action, role: Role, *, by=None, **rest) -> Dossier:
    """Do one move as somebody of that role, with the words.

    Facts and papers that the action asks.
    """
    if action == Action.SUBMIT:
        for slot in (
            answers.missing(answers.papers(dossier))
            if dossier.channel == Dossier.Channel.ONLINE
            else ()
        ):
            attach(dossier, slot.key)
        return send.submit(dossier, by=by, reviewed=drafts.offer_digest(dossier))
    if by is None and role not in (Role.CITIZEN, Role.SYSTEM):
        by = UserFactory(role=role, full_name=f"Người {role.label}", title=str(role.label))
    rest = {"note": CASE_NOTE, "given": given_for(action, dossier), **rest}
    return workflow.perform(dossier, action, role=role, by=by, **rest)


def given_for(action: Action, dossier: Dossier) -> facts.Given | None:
    """What a move is given besides the note."""
    return {
        Action.SUBMIT: facts.Submission(),
        Action.REQUEST_PAYMENT: facts.NewFee("Phí thẩm định", 50_000),
        Action.PROPOSE: facts.Proposal("Đồng ý giải quyết theo đề nghị."),
        Action.RECORD_PAYMENT: facts.Money(dossier.owed, "HS1", "gateway"),
        Action.CONFIRM_PAYMENT: facts.Money(dossier.owed, "HS2", "gateway"),
    }.get(action)


class DossierFactory(factory.django.DjangoModelFactory):
    """A dossier; `state=State.RECEIVED` leads it there by its shortest way.

    Owner: none, unless given.
    """

    class Meta:
        model = Dossier

    service = factory.SubFactory(ServiceFactory, online=True)
    state = State.SUBMITTED

    @classmethod
    def _create(
        cls,
        model_class,
        *args,
        service,
        state,
        owner=None,
        answers=None,
        channel="online",
        **applicant,
    ):
        draft = drafts.start(service, owner=owner, channel=channel)
        dossier = drafts.save(
            draft, answers=answers or {"noi_dung": "Xin cấp"}, **{**APPLICANT, **applicant}
        )
        for action, role in WAY_TO[State(state)]:
            if action == Action.DELIVER and dossier.owed:
                dossier = act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM)
            dossier = act(dossier, action, role)
        return dossier


def waiting_papers(number: int) -> None:
    """Let so many papers wait for their worker, of one dossier that is sent.

    The rows are copies of one, without the messages that a move would have sent.
    """
    dossier = DossierFactory(email="")
    [event] = dossier.events.all()
    copies = Event.objects.bulk_create(
        Event(
            dossier=dossier,
            action=event.action,
            from_state=event.from_state,
            to_state=event.to_state,
            role=event.role,
            data=event.data,
            at=event.at,
        )
        for _copy in range(number - 1)
    )
    documents = Document.objects.bulk_create(
        Document(dossier=dossier, event=copy, kind=Document.Kind.ACKNOWLEDGEMENT) for copy in copies
    )
    OutboxJob.objects.bulk_create(
        OutboxJob(
            channel=OutboxJob.Channel.PAPER,
            queue=Queue.PAPERS,
            event=document.event,
            document=document,
        )
        for document in documents
    )


def pdf_file(name: str = "giay-to.pdf", pages: int = 1) -> SimpleUploadedFile:
    """A whole PDF as a browser would send it."""
    writer, buffer = PdfWriter(), io.BytesIO()
    for _page in range(pages):
        writer.add_blank_page(width=200, height=200)
    writer.write(buffer)
    return SimpleUploadedFile(name, buffer.getvalue(), "application/pdf")


def image_file(
    name: str = "anh.jpg", size: tuple[int, int] = (40, 30), format: str = "JPEG"
) -> SimpleUploadedFile:
    """A whole photo as a browser would send it."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "#884422").save(buffer, format)
    return SimpleUploadedFile(name, buffer.getvalue(), f"image/{format.lower()}")


def attach(dossier: Dossier, slot: str, upload=None, *, checked: bool = True) -> Attachment:
    """Send one file for one paper; a worker has accepted it, unless `checked` is False."""
    validated = uploads.check(upload or pdf_file())
    with closing(validated.file):
        attachment = drafts.attach(dossier, slot=slot, upload=validated)
    if checked:
        check.record(attachment, Inspection())
        OutboxJob.objects.filter(attachment=attachment).update(status=OutboxJob.Status.DONE)
        attachment.refresh_from_db()
    return attachment
