"""Drafts before they are sent: opening, saving, the offer that was read, files."""

import pytest
from django.db import transaction

from dossiers.applicant import drafts, send
from dossiers.models import Attachment, Dossier
from dossiers.moves import MOVES, Action, NotAllowed
from dossiers.states import Role, State
from tests.dossiers.factories import APPLICANT, DossierFactory, act, attach, image_file, pdf_file
from tests.dossiers.workflow_traces import at, traces
from tests.services.factories import FeeFactory, PaperFactory, ServiceFactory, small_form

pytestmark = pytest.mark.django_db


# --- Drafts ---


@pytest.mark.parametrize(
    "service", [{"downloadable": True}, {"online": True, "is_published": False}], ids=str
)
def test_start_refuses_a_service_that_takes_no_dossiers(service):
    with pytest.raises(NotAllowed):
        drafts.start(ServiceFactory(**service))
    assert not Dossier.objects.exists()


def test_save_keeps_a_step_beside_the_other_steps():
    draft = DossierFactory(state=State.DRAFT, answers={"a": "1", "b": "2"})
    drafts.save(draft, answers={"b": "3"}, phone="0977000111")
    draft.refresh_from_db()
    assert draft.answers == {"a": "1", "b": "3"}
    assert (draft.phone, draft.email) == ("0977000111", APPLICANT["email"])


def test_save_from_two_tabs_keeps_the_answers_of_both():
    tab = DossierFactory(state=State.DRAFT, answers={"c": "0"})
    other_tab = Dossier.objects.get(pk=tab.pk)
    drafts.save(tab, answers={"a": "1"})
    drafts.save(other_tab, answers={"b": "2"})
    tab.refresh_from_db()
    assert tab.answers == {"a": "1", "b": "2", "c": "0"}


def test_save_refuses_a_dossier_that_was_sent():
    tab = DossierFactory(state=State.DRAFT)
    act(Dossier.objects.get(pk=tab.pk), Action.SUBMIT, Role.CITIZEN)
    before = traces(tab)
    with pytest.raises(NotAllowed):
        drafts.save(tab, answers={"noi_dung": "Khác"})
    assert traces(tab) == before


@pytest.mark.parametrize("name", ["state", "official_number", "fee_paid", "fee_total", "form"])
def test_save_writes_what_a_form_asks_and_nothing_else(name):
    draft = DossierFactory(state=State.DRAFT)
    before = traces(draft)
    with pytest.raises(TypeError):
        drafts.save(draft, **{name: "1"})
    assert traces(draft) == before


# --- The offer that was seen ---


def change_everything(service) -> None:
    """Let the catalogue change what it offers in every respect."""
    service.name, service.time_limit, service.form = "Tên mới", 30, small_form()
    service.form["sections"][0]["title"] = "Mới"
    service.save()
    FeeFactory(service=service, amount=999)
    PaperFactory(service=service)


FROZEN = (
    "service_name",
    "level",
    "form",
    "form_version",
    "papers",
    "fees",
    "fee_total",
    "time_limit",
    "time_unit",
)


def test_offer_of_a_sent_dossier_stays_when_the_service_changes():
    dossier = DossierFactory(service=ServiceFactory(paid=True))
    seen = [getattr(dossier, name) for name in FROZEN]
    change_everything(dossier.service)
    dossier = act(dossier, Action.RECEIVE, Role.DESK)
    dossier.refresh_from_db()
    assert [getattr(dossier, name) for name in FROZEN] == seen
    assert dossier.fee_total == 100_000


def test_save_takes_up_the_new_offer_and_keeps_the_answers():
    draft = DossierFactory(state=State.DRAFT)
    change_everything(draft.service)
    draft = drafts.save(draft)
    draft.refresh_from_db()
    assert (draft.service_name, draft.fee_total, len(draft.papers)) == ("Tên mới", 999, 1)
    assert (draft.answers, draft.phone) == ({"noi_dung": "Xin cấp"}, APPLICANT["phone"])


@pytest.mark.parametrize(
    "change", [{"time_unit": "hours"}, {"level": 4}, {"time_limit": None}], ids=str
)
def test_offer_digest_changes_with_all_that_the_sender_is_promised(change):
    draft = DossierFactory(state=State.DRAFT)
    reviewed = drafts.offer_digest(draft)
    type(draft.service).objects.update(**change)
    draft = Dossier.objects.get(pk=draft.pk)
    drafts.bring_up_to_date(draft)
    assert drafts.offer_digest(draft) != reviewed


def test_save_follows_the_service_to_another_agency():
    draft = DossierFactory(state=State.DRAFT)
    draft.service.agency = ServiceFactory().agency
    draft.service.save()
    drafts.save(draft)
    draft.refresh_from_db()
    assert draft.agency == draft.service.agency


def test_submit_refuses_an_offer_that_was_not_read():
    draft = DossierFactory(state=State.DRAFT)
    reviewed = drafts.offer_digest(draft)
    change_everything(draft.service)
    drafts.save(draft)
    before = traces(draft)
    with pytest.raises(NotAllowed, match="xem lại"):
        send.submit(draft, reviewed=reviewed)
    assert traces(draft) == before


def test_submit_sends_the_new_offer_that_was_read_and_not_the_one_of_the_draft():
    draft = DossierFactory(state=State.DRAFT)
    FeeFactory(service=draft.service, amount=20_000)
    read = Dossier.objects.get(pk=draft.pk)
    drafts.bring_up_to_date(read)  # as a look at the review page does, in memory
    send.submit(draft, reviewed=drafts.offer_digest(read))
    sent = Dossier.objects.get(pk=draft.pk)
    assert sent.state == State.SUBMITTED
    assert (sent.fee_total, len(sent.fees)) == (20_000, 1)


def test_submit_refuses_a_service_closed_meanwhile_and_the_draft_stays():
    draft = DossierFactory(state=State.DRAFT)
    type(draft.service).objects.update(is_published=False)
    before = traces(draft)
    with pytest.raises(NotAllowed, match="chưa nhận"):
        send.submit(draft, reviewed=drafts.offer_digest(draft))
    assert traces(draft) == before


# --- Files ---


def content(attachment: Attachment) -> bytes:
    with attachment.file.open() as stored:
        return stored.read()


TAKES_FILES = {State.DRAFT, State.INTAKE_SUPPLEMENT, State.SUPPLEMENT}


@pytest.mark.parametrize("state", list(State))
def test_attach_takes_files_of_drafts_and_of_supplements_only(state):
    dossier = DossierFactory(state=state)
    assert dossier.accepts_files == (state in TAKES_FILES)
    if state in TAKES_FILES:
        assert content(attach(dossier, "giay-to")).startswith(b"%PDF")
    else:
        before = traces(dossier)
        with pytest.raises(NotAllowed):
            attach(dossier, "giay-to")
        assert traces(dossier) == before


def test_attach_keeps_the_same_file_of_the_same_paper_once():
    draft = DossierFactory(state=State.DRAFT)
    first, again = attach(draft, "a", pdf_file("mot.pdf")), attach(draft, "a", pdf_file("hai.pdf"))
    assert first == again
    assert len(stored_files(first)) == 1
    attach(draft, "b", pdf_file())
    attach(draft, "a", image_file())
    assert draft.attachments.count() == 3


def stored_files(attachment: Attachment) -> list[str]:
    return attachment.file.storage.listdir(f"ho-so/{attachment.dossier_id}")[1]


def test_detach_deletes_the_file_from_the_disk_after_the_commit(run_queue):
    draft = DossierFactory(state=State.DRAFT)
    attachment = attach(draft, "a")
    with transaction.atomic():
        drafts.detach(draft, attachment)
        transaction.set_rollback(True)
    attachment = draft.attachments.get()
    assert content(attachment)
    drafts.detach(draft, attachment)
    run_queue()
    assert not draft.attachments.exists()
    assert stored_files(attachment) == []


def test_detach_from_two_tabs_deletes_once(run_queue):
    draft = DossierFactory(state=State.DRAFT)
    attachment = attach(draft, "a")
    other_tab = Attachment.objects.get(pk=attachment.pk)
    drafts.detach(draft, attachment)
    drafts.detach(draft, other_tab)
    run_queue()
    assert not draft.attachments.exists()


def test_detach_takes_back_files_of_the_open_supplement_only():
    draft = DossierFactory(state=State.DRAFT)
    sent = attach(draft, "a")
    act(draft, Action.SUBMIT, Role.CITIZEN)
    for request, reply in (
        (Action.REQUEST_INTAKE_SUPPLEMENT, Action.SUPPLEMENT_INTAKE),
        (Action.REQUEST_SUPPLEMENT, Action.SUPPLEMENT),
    ):
        act(draft, request, next(iter(MOVES[request].roles)))
        with pytest.raises(NotAllowed, match="đã gửi"):
            drafts.detach(draft, sent)
        drafts.detach(draft, attach(draft, "a"))
        sent = attach(draft, "a")
        act(draft, reply, Role.CITIZEN)
        if request == Action.REQUEST_INTAKE_SUPPLEMENT:
            act(draft, Action.RECEIVE, Role.DESK)
            act(draft, Action.START, Role.CASE)
    assert [file.round for file in draft.attachments.all()] == [0, 1, 2]


def test_detach_refuses_a_file_of_another_dossier():
    mine, theirs = DossierFactory(state=State.DRAFT), DossierFactory(state=State.DRAFT)
    attachment = attach(theirs, "a")
    with pytest.raises(NotAllowed):
        drafts.detach(mine, attachment)
    assert content(theirs.attachments.get())


def test_attach_refuses_more_than_the_highest_number_of_files(monkeypatch):
    monkeypatch.setattr(drafts, "MAX_FILES", 2)
    draft = DossierFactory(state=State.DRAFT)
    attach(draft, "a", pdf_file(pages=1))
    attach(draft, "a", pdf_file(pages=2))
    attach(draft, "a", pdf_file(pages=2))
    with pytest.raises(NotAllowed, match="2"):
        attach(draft, "b", pdf_file(pages=3))
    assert draft.attachments.count() == 2


def test_attach_counts_as_work_on_the_draft(time_machine):
    time_machine.move_to(at(2, 3), tick=False)
    draft = DossierFactory(state=State.DRAFT)
    time_machine.move_to(at(20, 3), tick=False)
    attach(draft, "a")
    draft.refresh_from_db()
    assert draft.updated_at == at(20, 3)
