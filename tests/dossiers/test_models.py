"""What the tables hold by themselves.

History that cannot be rewritten, rows that cannot contradict each other.
"""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from dossiers.models import (
    Attachment,
    AttemptCount,
    Counter,
    Document,
    Dossier,
    Event,
    OutboxJob,
)
from dossiers.moves import Action
from dossiers.states import Role, State
from services.models import Level
from tests.dossiers.factories import DossierFactory, act, attach
from tests.services.factories import ServiceFactory

pytestmark = pytest.mark.django_db


# --- History ---


@pytest.fixture
def event() -> Event:
    return DossierFactory().events.get()


def test_event_is_neither_saved_again_nor_deleted(event):
    event.note = "khác"
    with pytest.raises(TypeError, match="never changed"):
        event.save()
    with pytest.raises(TypeError, match="never deleted"):
        event.delete()


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda: Event.objects.update(note="khác"),
        lambda: Event.objects.all()._raw_delete("default"),
        lambda: Event.objects.bulk_update([event_as("khác")], ["note"]),
        lambda: sql("UPDATE dossiers_event SET note = 'khác'"),
        lambda: sql("DELETE FROM dossiers_event"),
        lambda: sql("UPDATE dossiers_event SET at = now() - interval '1 day'"),
    ],
    ids=["update", "delete", "bulk_update", "SQL UPDATE", "SQL DELETE", "SQL of another time"],
)
def test_history_is_not_rewritten_past_the_models_either(event, rewrite):
    before = list(Event.objects.values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rewrite()
    assert list(Event.objects.values()) == before


def event_as(note: str) -> Event:
    event = Event.objects.get()
    event.note = note
    return event


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_dossier_with_a_history_is_not_deleted(event):
    with pytest.raises(ProtectedError):
        event.dossier.delete()


def test_officer_who_acted_is_not_deleted(desk_officer):
    act(DossierFactory(), Action.RECEIVE, Role.DESK, by=desk_officer)
    with pytest.raises(ProtectedError):
        desk_officer.delete()


def test_citizen_who_leaves_leaves_the_dossier_behind(citizen):
    draft = DossierFactory(owner=citizen, state=State.DRAFT)
    citizen.delete()
    draft.refresh_from_db()
    assert draft.owner is None


# --- What the database refuses ---


def refuses(name: str):
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("dossier_state_known", {"state": "mất"}),
        ("dossier_sent_has_a_time", {"submitted_at": None}),
        ("dossier_number_belongs_to_receipt", {"official_number": "000.00.15.H48-260211-0001"}),
        ("dossier_number_belongs_to_receipt", {"received_at": timezone.now()}),
        ("fee_paid", {"fee_paid": -1}),
        ("fee_total", {"fee_total": -1}),
    ],
)
def test_dossier_does_not_contradict_itself(name, wrong):
    dossier = DossierFactory()
    with refuses(name), transaction.atomic():
        Dossier.objects.filter(pk=dossier.pk).update(**wrong)


@pytest.mark.parametrize("field", ["tracking_code", "official_number"])
def test_no_two_dossiers_have_one_code(field):
    first, second = DossierFactory(state=State.RECEIVED), DossierFactory(state=State.RECEIVED)
    with refuses(field), transaction.atomic():
        Dossier.objects.filter(pk=second.pk).update(**{field: getattr(first, field)})


def test_rows_that_may_exist_once_exist_once():
    dossier = DossierFactory(state=State.INTAKE_SUPPLEMENT)
    attachment = attach(dossier, "a")
    Counter.objects.create(book="so", period="2026")
    once = {
        "attachment_once": attachment,
        "one_message_per_event_and_recipient": OutboxJob.objects.filter(channel="mail").first(),
        "document_once_per_event": Document.objects.first(),
        "one_counter_per_book_and_period": Counter.objects.get(book="so"),
    }
    for name, row in once.items():
        row.pk, row._state.adding = None, True
        with refuses(name), transaction.atomic():
            row.save()


@pytest.mark.parametrize(
    ("channel", "wrong"),
    [
        ("mail", {"recipient": ""}),
        ("mail", {"event": None}),
        ("mail", {"channel": "paper"}),
        ("mail", {"channel": "check"}),
        ("paper", {"event": None}),
        ("paper", {"document": None}),
        ("check", {"attachment": None}),
        ("check", {"channel": "mail", "recipient": "rin@example.vn"}),
    ],
)
def test_job_has_what_its_channel_needs(channel, wrong):
    attach(DossierFactory(state=State.INTAKE_SUPPLEMENT), "a")
    job = OutboxJob.objects.filter(channel=channel).first()
    with refuses("job_has_what_its_channel_needs"), transaction.atomic():
        OutboxJob.objects.filter(pk=job.pk).update(**wrong)


# --- Questions ---


def test_every_dossier_but_a_draft_is_sent():
    by_state = {state: DossierFactory(state=state) for state in State}
    assert set(Dossier.objects.sent()) == set(by_state.values()) - {by_state[State.DRAFT]}


def test_late_is_who_is_past_the_promise_while_the_clock_runs(time_machine):
    time_machine.move_to("2026-03-02T03:00:00Z", tick=False)
    by_state = {state: DossierFactory(state=state) for state in State}
    assert not any(dossier.is_overdue for dossier in Dossier.objects.all())
    assert not Dossier.objects.overdue(timezone.now()).exists()
    time_machine.shift(timedelta(days=30))
    late = {State.RECEIVED, State.IN_PROGRESS, State.AWAITING_APPROVAL, State.WITHDRAWAL_REQUESTED}
    assert set(Dossier.objects.overdue(timezone.now())) == {by_state[state] for state in late}
    assert {dossier.state for dossier in Dossier.objects.all() if dossier.is_overdue} == late


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("level", [Level.ONLINE, Level.FULL])
def test_fee_is_paid_online_at_level_4_once_the_dossier_is_sent_and_until_it_ends(state, level):
    dossier = Dossier(state=state, level=level, fee_total=1000)
    ended = {State.INTAKE_REFUSED, State.REJECTED, State.DELIVERED, State.WITHDRAWN}
    assert dossier.can_pay_online == (level == Level.FULL and state not in ended | {State.DRAFT})
    dossier.fee_paid = 1000
    assert not dossier.can_pay_online


def test_more_paid_than_asked_is_nothing_owed():
    assert Dossier(fee_total=1000, fee_paid=1500).owed == 0


def test_dossier_is_called_by_its_number_once_it_has_one():
    draft = DossierFactory(state=State.DRAFT)
    assert str(draft) == draft.tracking_code
    dossier = DossierFactory(state=State.RECEIVED)
    assert str(dossier) == dossier.official_number


def test_time_limit_reads_as_it_was_promised():
    service = ServiceFactory(online=True, time_limit=20)
    assert DossierFactory(service=service, state=State.DRAFT).time_limit_text == "20 ngày làm việc"
    assert Dossier(time_limit=None).time_limit_text == ""


def test_place_of_a_file_tells_nothing_about_it():
    attachment = attach(DossierFactory(state=State.DRAFT), "giay-khai-sinh")
    assert attachment.name == "giay-to.pdf"
    assert "giay" not in attachment.file.name
    other = Attachment._meta.get_field("file").generate_filename(attachment, "giay-to.pdf")
    assert other != attachment.file.name


def test_digest_of_an_attempt_depends_on_the_secret_key(settings):
    digest = AttemptCount.digest_of("code", "K7QD-93MX-AT4C")
    assert digest != AttemptCount.digest_of("address", "K7QD-93MX-AT4C")
    settings.SECRET_KEY = "another"
    assert digest != AttemptCount.digest_of("code", "K7QD-93MX-AT4C")
