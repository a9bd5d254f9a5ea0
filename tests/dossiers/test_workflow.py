"""The one door for state: the whole table, then what each move leaves behind.

And what a refusal does not.
"""

from datetime import datetime

import pytest
from django.db import transaction

from dossiers import facts, workflow
from dossiers.applicant import drafts, send
from dossiers.models import Counter, Dossier, OutboxJob
from dossiers.moves import MOVES, Action, Clock, NotAllowed
from dossiers.states import Role, State
from tests.dossiers.factories import APPLICANT, DossierFactory, act, given_for
from tests.dossiers.workflow_traces import at, refused, traces
from tests.services.factories import ServiceFactory, SpecialDayFactory

pytestmark = pytest.mark.django_db

CLOCK_STANDS_STILL = {State.SUPPLEMENT, State.AWAITING_PAYMENT}
CLOCK_RUNS = {State.RECEIVED, State.IN_PROGRESS, State.AWAITING_APPROVAL}


# --- The whole table ---


@pytest.fixture
def people(citizen, desk_officer, case_officer, leader) -> dict:
    """Who acts in each role; the ledger is nobody."""
    return {
        Role.CITIZEN: citizen,
        Role.DESK: desk_officer,
        Role.CASE: case_officer,
        Role.LEADER: leader,
        Role.SYSTEM: None,
    }


@pytest.mark.parametrize("state", list(State))
def test_move_is_made_if_and_only_if_the_table_offers_it(state, people):
    dossier = DossierFactory(state=state)
    before = traces(dossier)
    for role, by in people.items():
        made = {action for action in Action if try_move(dossier, action, role, by)}
        assert made == {
            action for action, edge in MOVES.items() if state in edge.sources and role in edge.roles
        }
        assert traces(dossier) == before, f"a refusal or a rollback left something: {role}"


def try_move(dossier: Dossier, action: Action, role: Role, by) -> bool:
    """Make a move, look at what it did, and take it back; return False when it is refused."""
    given = given_for(action, dossier)
    with transaction.atomic():
        try:
            workflow.perform(dossier, action, role=role, by=by, note="Vì lý do này.", given=given)
        except NotAllowed:
            return False
        assert_moved(dossier, action, role, by)
        transaction.set_rollback(True)
    return True


def assert_moved(dossier: Dossier, action: Action, role: Role, by) -> None:
    """The dossier stands where the table says, its event tells it.

    And the rows for mail and paper are there.
    """
    edge, before, after = MOVES[action], dossier.state, Dossier.objects.get(pk=dossier.pk)
    assert after.state == (edge.target or before)
    event = dossier.events.last()
    assert (event.action, event.from_state, event.to_state) == (action, before, after.state)
    assert (event.role, event.actor, event.note) == (role, by, "Vì lý do này.")
    assert [job.letter for job in event.jobs.filter(channel="mail")] == (
        [edge.letter] if edge.letter else []
    )
    assert [row.kind for row in event.documents.all()] == ([edge.paper] if edge.paper else [])
    assert (after.finished_at is not None) == (edge.clock == Clock.STOP or before == State.APPROVED)
    assert not (after.state in CLOCK_STANDS_STILL and after.paused_at is None)
    assert not (after.state in CLOCK_RUNS and after.paused_at is not None)


@pytest.mark.parametrize("action", [action for action, edge in MOVES.items() if edge.needs_reason])
@pytest.mark.parametrize("note", ["", "  \n "])
def test_reason_that_is_owed_must_be_given(action, note):
    edge = MOVES[action]
    dossier = DossierFactory(state=min(edge.sources))
    assert "lý do" in refused(dossier, action, next(iter(edge.roles)), note=note)


def test_who_comes_too_late_reads_where_the_dossier_stands_and_who_moved_it(desk_officer):
    dossier = DossierFactory()
    act(dossier, Action.RECEIVE, Role.DESK, by=desk_officer)
    sentence = refused(dossier, Action.REFUSE, Role.DESK)
    assert "Đã tiếp nhận" in sentence
    assert "Lê Thị Cửa" in sentence


def test_move_is_judged_by_the_row_and_not_by_the_copy_in_hand():
    copy = DossierFactory()
    act(copy, Action.WITHDRAW, Role.CITIZEN)
    assert copy.state == State.SUBMITTED
    refused(copy, Action.RECEIVE, Role.DESK)


def test_what_is_in_the_copy_in_hand_is_not_written():
    copy = DossierFactory()
    copy.applicant_name = "Người khác"
    assert act(copy, Action.RECEIVE, Role.DESK).applicant_name == APPLICANT["applicant_name"]


def test_without_an_address_there_is_no_mail_to_send():
    dossier = DossierFactory(email="", state=State.RECEIVED)
    assert not OutboxJob.objects.filter(channel="mail").exists()
    assert [paper.kind for paper in dossier.documents.all()] == ["acknowledgement", "receipt"]


def test_mail_goes_to_the_address_of_the_dossier():
    DossierFactory(email="moi@example.vn")
    assert OutboxJob.objects.filter(channel="mail").get().recipient == "moi@example.vn"


def test_what_is_told_waits_for_the_commit(queue, run_queue, monkeypatch):
    monkeypatch.setattr("dossiers.papers.render.render", lambda row: None)
    monkeypatch.setattr("dossiers.outbox.mail.deliver", lambda row: None)
    DossierFactory()
    assert queue == []
    assert [task.name.rsplit(".", 1)[-1] for task, _pk in run_queue()] == [
        "send_mail",
        "print_paper",
    ]


def test_rollback_leaves_no_row_and_tells_nobody():
    dossier = DossierFactory()
    before = traces(dossier)
    with transaction.atomic():
        act(dossier, Action.RECEIVE, Role.DESK)
        transaction.set_rollback(True)
    assert traces(dossier) == before


# --- Sending ---


def test_sent_twice_is_one_dossier_with_one_code():
    draft = DossierFactory(state=State.DRAFT)
    reviewed = drafts.offer_digest(draft)
    first = send.submit(draft, reviewed=reviewed)
    second = send.submit(draft, reviewed=reviewed)
    assert first.tracking_code == second.tracking_code == draft.tracking_code
    assert [event.action for event in first.events.all()] == [Action.SUBMIT]
    assert [job.channel for job in OutboxJob.objects.order_by("channel")] == ["mail", "paper"]


def test_second_click_after_the_desk_was_quick_still_finds_the_sent_dossier():
    draft = DossierFactory(state=State.DRAFT)
    act(draft, Action.SUBMIT, Role.CITIZEN)
    act(draft, Action.RECEIVE, Role.DESK)
    assert send.submit(draft, reviewed="").state == State.RECEIVED


def test_sending_writes_down_when_and_what_was_owed():
    dossier = DossierFactory(service=ServiceFactory(paid=True))
    event = dossier.events.get()
    assert dossier.submitted_at == event.at
    assert (event.facts.fees.total, event.facts.form_version) == (100_000, 1)
    assert event.facts.due_at is None
    assert (dossier.official_number, dossier.due_at) == (None, None)


def test_who_signs_in_before_sending_owns_the_dossier(citizen):
    draft = DossierFactory(state=State.DRAFT)
    assert act(draft, Action.SUBMIT, Role.CITIZEN, by=citizen).owner == citizen


def test_owned_draft_stays_its_owners(citizen, neighbour):
    draft = DossierFactory(state=State.DRAFT, owner=citizen)
    assert act(draft, Action.SUBMIT, Role.CITIZEN, by=neighbour).owner == citizen


def test_what_an_officer_files_at_the_counter_is_not_the_officers(desk_officer):
    draft = DossierFactory(state=State.DRAFT, channel="desk")
    assert act(draft, Action.SUBMIT, Role.CITIZEN, by=desk_officer).owner is None


def test_sending_takes_few_statements(django_assert_max_num_queries):
    draft = DossierFactory(state=State.DRAFT, service=ServiceFactory(paid=True))
    with django_assert_max_num_queries(16):
        act(draft, Action.SUBMIT, Role.CITIZEN)


# --- Receipt and its number ---


def test_official_numbers_count_each_day_from_one(time_machine):
    time_machine.move_to(at(11, 2, 8), tick=False)
    first, second = DossierFactory(state=State.RECEIVED), DossierFactory(state=State.RECEIVED)
    time_machine.move_to(at(12, 2, 8), tick=False)
    third = DossierFactory(state=State.RECEIVED)
    assert [dossier.official_number for dossier in (first, second, third)] == [
        "000.00.15.H48-260211-0001",
        "000.00.15.H48-260211-0002",
        "000.00.15.H48-260212-0001",
    ]
    assert [dossier.events.last().facts.book_order for dossier in (first, second, third)] == [
        1,
        2,
        3,
    ]


def test_day_of_a_number_is_the_day_here_and_not_in_greenwich(time_machine):
    time_machine.move_to(at(1, 1, 0, 30, year=2027), tick=False)
    dossier = DossierFactory(state=State.RECEIVED)
    assert dossier.official_number == "000.00.15.H48-270101-0001"
    assert Counter.objects.filter(book="so-theo-doi", period="2027", last=1).exists()


def test_unit_code_is_a_setting(settings):
    settings.AUTHORITY = {**settings.AUTHORITY, "unit_code": "H55.242"}
    assert DossierFactory(state=State.RECEIVED).official_number.startswith("H55.242-")


def test_number_that_was_rolled_back_is_given_again():
    dossier = DossierFactory()
    with transaction.atomic():
        act(dossier, Action.RECEIVE, Role.DESK)
        transaction.set_rollback(True)
    assert act(dossier, Action.RECEIVE, Role.DESK).official_number.endswith("-0001")


def test_day_with_all_numbers_used_is_a_sentence(time_machine):
    time_machine.move_to(at(11, 2), tick=False)
    Counter.objects.create(book="000.00.15.H48", period="2026-02-11", last=9999)
    assert "9999" in refused(DossierFactory(), Action.RECEIVE, Role.DESK)


def test_who_receives_and_who_starts_have_it_in_hand(desk_officer, case_officer):
    dossier = act(DossierFactory(), Action.RECEIVE, Role.DESK, by=desk_officer)
    assert (dossier.handler, dossier.received_at) == (desk_officer, dossier.events.last().at)
    assert act(dossier, Action.START, Role.CASE, by=case_officer).handler == case_officer


# --- The clock ---


@pytest.fixture
def tet() -> None:
    """Tết of 2026: Monday the 16th to Friday the 20th of February are off."""
    for day in range(16, 21):
        SpecialDayFactory(day=datetime(2026, 2, day).date())


@pytest.fixture
def received(tet, time_machine) -> Dossier:
    """Received on Wednesday 11 February at ten, five working days promised, and taken in hand."""
    time_machine.move_to(at(11, 2), tick=False)
    return DossierFactory(state=State.IN_PROGRESS)


def test_promise_of_a_receipt_skips_tet_and_stands_on_its_event(received):
    assert received.due_at == at(25, 2, 17)
    promised = received.events.get(action=Action.RECEIVE).facts.due_at
    assert promised == at(25, 2, 17)


def test_complete_supplement_starts_the_time_limit_anew(received, time_machine):
    time_machine.move_to(at(12, 2, 9), tick=False)
    waiting = act(received, Action.REQUEST_SUPPLEMENT, Role.CASE)
    assert (waiting.paused_at, waiting.is_running) == (at(12, 2, 9), False)
    time_machine.move_to(at(23, 2, 9), tick=False)
    resumed = act(received, Action.SUPPLEMENT, Role.CITIZEN)
    assert (resumed.paused_at, resumed.due_at) == (None, at(2, 3, 17))


def test_payment_lets_the_clock_go_on_where_it_stood(received, time_machine):
    time_machine.move_to(at(12, 2, 9), tick=False)
    waiting = act(received, Action.REQUEST_PAYMENT, Role.CASE)
    time_machine.move_to(at(23, 2, 9), tick=False)
    resumed = act(waiting, Action.CONFIRM_PAYMENT, Role.SYSTEM)
    # Six hours of the 12th, the 13th and the 23rd to the 25th were left.
    assert (resumed.paused_at, resumed.due_at) == (None, at(27, 2, 17))


def test_declined_withdrawal_takes_nothing_from_a_clock_that_ran(received, time_machine):
    act(received, Action.REQUEST_WITHDRAWAL, Role.CITIZEN)
    time_machine.move_to(at(13, 2, 9), tick=False)
    declined = act(received, Action.DECLINE_WITHDRAWAL, Role.CASE)
    assert (declined.state, declined.due_at) == (State.IN_PROGRESS, at(25, 2, 17))


def test_who_declines_a_withdrawal_before_anybody_started_has_it_in_hand(case_officer):
    dossier = DossierFactory(state=State.WITHDRAWAL_REQUESTED)
    assert (
        act(dossier, Action.DECLINE_WITHDRAWAL, Role.CASE, by=case_officer).handler == case_officer
    )


def test_declined_withdrawal_leaves_the_dossier_with_whom_it_was(received, case_officer):
    act(received, Action.REQUEST_WITHDRAWAL, Role.CITIZEN)
    declined = act(received, Action.DECLINE_WITHDRAWAL, Role.CASE, by=case_officer)
    assert declined.handler == received.handler


def test_withdrawal_declined_while_the_clock_stood_still_lets_it_go_on(received, time_machine):
    time_machine.move_to(at(12, 2, 9), tick=False)
    act(received, Action.REQUEST_SUPPLEMENT, Role.CASE)
    act(received, Action.REQUEST_WITHDRAWAL, Role.CITIZEN)
    time_machine.move_to(at(23, 2, 9), tick=False)
    declined = act(received, Action.DECLINE_WITHDRAWAL, Role.CASE)
    assert (declined.paused_at, declined.due_at) == (None, at(27, 2, 17))


def test_decision_stops_the_clock_for_good(received, time_machine):
    act(received, Action.PROPOSE, Role.CASE)
    time_machine.move_to(at(24, 2), tick=False)
    approved = act(received, Action.APPROVE, Role.LEADER)
    assert (approved.finished_at, approved.due_at) == (at(24, 2), at(25, 2, 17))
    time_machine.move_to(at(1, 6), tick=False)
    returned = act(received, Action.DELIVER, Role.DESK)
    assert (returned.finished_at, returned.is_overdue) == (at(24, 2), False)


def test_without_a_time_limit_nothing_is_promised():
    service = ServiceFactory(online=True, time_limit=None)
    received = DossierFactory(service=service, state=State.RECEIVED)
    assert (received.due_at, received.is_running, received.is_overdue) == (None, False, False)
    waiting = DossierFactory(service=service, state=State.AWAITING_PAYMENT)
    assert act(waiting, Action.CONFIRM_PAYMENT, Role.SYSTEM).due_at is None


# --- Money and result ---


def test_request_for_payment_adds_a_line_to_what_was_frozen():
    dossier = DossierFactory(service=ServiceFactory(paid=True), state=State.IN_PROGRESS)
    dossier = act(
        dossier,
        Action.REQUEST_PAYMENT,
        Role.CASE,
        given=facts.NewFee("Phí thẩm định", 50_000),
    )
    assert [fee["amount"] for fee in dossier.fees] == [100_000, 50_000]
    assert dossier.fees[-1]["name"] == "Phí thẩm định"
    assert set(dossier.fees[0]) == set(dossier.fees[1])
    assert (dossier.fee_total, dossier.owed) == (150_000, 150_000)


def test_request_for_what_is_owed_already_adds_no_line():
    dossier = DossierFactory(service=ServiceFactory(paid=True), state=State.IN_PROGRESS)
    dossier = act(dossier, Action.REQUEST_PAYMENT, Role.CASE, given=facts.NewFee())
    assert (dossier.state, dossier.owed, len(dossier.fees)) == (State.AWAITING_PAYMENT, 100_000, 1)


@pytest.mark.parametrize("fee", [facts.NewFee(), facts.NewFee("Bớt", -5000)], ids=str)
def test_request_payment_of_nothing_or_less_is_refused(fee):
    refused(DossierFactory(state=State.IN_PROGRESS), Action.REQUEST_PAYMENT, Role.CASE, given=fee)


def test_request_for_payment_takes_nothing_off_what_is_owed():
    dossier = DossierFactory(service=ServiceFactory(paid=True), state=State.IN_PROGRESS)
    refused(dossier, Action.REQUEST_PAYMENT, Role.CASE, given=facts.NewFee("Bớt", -5000))


def test_fee_line_has_a_name():
    refused(
        DossierFactory(state=State.IN_PROGRESS),
        Action.REQUEST_PAYMENT,
        Role.CASE,
        given=facts.NewFee("", 1000),
    )


def test_money_is_added_up_and_moves_nothing_by_itself():
    dossier = DossierFactory(service=ServiceFactory(paid=True))
    for amount in (40_000, 60_000):
        dossier = act(
            dossier, Action.RECORD_PAYMENT, Role.SYSTEM, given=facts.Money(amount, "HS1", "cash")
        )
    assert (dossier.state, dossier.fee_paid, dossier.owed) == (State.SUBMITTED, 100_000, 0)


def test_no_result_is_handed_over_while_money_is_owed():
    dossier = DossierFactory(service=ServiceFactory(paid=True), state=State.APPROVED)
    assert "100000" in refused(dossier, Action.DELIVER, Role.DESK).replace(".", "")
    act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM)
    assert act(dossier, Action.DELIVER, Role.DESK).state == State.DELIVERED


def test_decision_takes_the_words_of_the_last_proposal_and_the_next_number_of_the_year():
    dossier = DossierFactory(state=State.AWAITING_APPROVAL)
    act(dossier, Action.SEND_BACK, Role.LEADER)
    act(dossier, Action.PROPOSE, Role.CASE, given=facts.Proposal("Cấp phép mười năm."))
    event = act(dossier, Action.APPROVE, Role.LEADER).events.last()
    assert event.facts.result_text == "Cấp phép mười năm."
    assert event.facts.number == "01/UBND"
    assert DossierFactory(state=State.APPROVED).events.last().facts.number == "02/UBND"
