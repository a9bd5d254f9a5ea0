"""Two at once, on real connections to a real PostgreSQL.

One outcome, and the loser reads a sentence.
"""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from dossiers import access, answers, facts, throttle, workflow
from dossiers import schedule as cleaning
from dossiers.applicant import drafts, uploads
from dossiers.models import Dossier, OutboxJob
from dossiers.moves import Action, NotAllowed
from dossiers.outbox import leases
from dossiers.states import Role, State
from tests.dossiers.factories import DossierFactory, act, attach, pdf_file
from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Do all calls at the same moment, each on its own connection.

    Return what each gave, or why it was refused.
    """
    start = threading.Barrier(len(calls), timeout=PATIENCE)

    def run(call: Callable[[], Any]) -> Any:
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SET statement_timeout = '{PATIENCE - 10}s'"
                )  # a deadlock fails instead of hanging
            start.wait()
            return call()
        except (NotAllowed, Dossier.DoesNotExist) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(PATIENCE) for future in [pool.submit(run, call) for call in calls]]


def moves(dossier: Dossier, *tries: tuple[Action, Role]) -> tuple[Action, str]:
    """Try the moves at once; return the one that won and the sentence that the loser read."""
    outcomes = at_once(
        *(lambda action=action, role=role: act(dossier, action, role) for action, role in tries)
    )
    won = [
        action
        for (action, _role), outcome in zip(tries, outcomes, strict=True)
        if isinstance(outcome, Dossier)
    ]
    lost = [str(outcome) for outcome in outcomes if isinstance(outcome, NotAllowed)]
    assert (len(won), len(lost)) == (1, 1), outcomes
    assert dossier.events.last().action == won[0]
    return won[0], lost[0]


def actions_of(dossier: Dossier) -> list[str]:
    return list(dossier.events.values_list("action", flat=True))


# --- The applicant ---


def test_dossier_sent_from_two_tabs_is_one_dossier(queue):
    draft = DossierFactory(state=State.DRAFT)
    first, second = at_once(*[lambda: act(draft, Action.SUBMIT, Role.CITIZEN)] * 2)
    assert first.tracking_code == second.tracking_code
    assert actions_of(draft) == [Action.SUBMIT]
    assert len(queue) == 2  # one mail, one paper


def test_two_steps_saved_at_once_are_both_kept():
    draft = DossierFactory(state=State.DRAFT)
    at_once(*(lambda key=key: drafts.save(draft, answers={key: "1"}) for key in "abcdef"))
    draft.refresh_from_db()
    assert set("abcdef") <= set(draft.answers)


def test_same_file_sent_by_a_double_click_is_kept_once():
    draft = DossierFactory(state=State.DRAFT)
    content = pdf_file().read()
    first, second = at_once(*[lambda: attach(draft, "a", type(pdf_file())("a.pdf", content))] * 2)
    assert first == second
    assert draft.attachments.count() == 1


@pytest.mark.parametrize("_round", range(4))
def test_file_that_comes_while_the_dossier_is_sent_is_in_it_or_refused(_round):
    draft = DossierFactory(state=State.DRAFT)
    checked = uploads.check(pdf_file())
    kept, sent = at_once(
        lambda: drafts.attach(draft, slot="giay-to", upload=checked),
        lambda: act(draft, Action.SUBMIT, Role.CITIZEN),
    )
    assert sent.state == State.SUBMITTED
    files = [file for slot in answers.papers(sent) for file in slot.files]
    assert files == ([] if isinstance(kept, NotAllowed) else [kept])
    for file in files:
        with file.file.open() as stored:
            assert stored.read().startswith(b"%PDF")


def test_supplement_and_a_withdrawal_at_once_are_one_of_the_two():
    dossier = DossierFactory(state=State.INTAKE_SUPPLEMENT)
    # Whoever sends the supplement first may still withdraw afterwards: then both happen, one after
    # the other.
    supplement, withdrawal = at_once(
        lambda: act(dossier, Action.SUPPLEMENT_INTAKE, Role.CITIZEN),
        lambda: act(dossier, Action.WITHDRAW, Role.CITIZEN),
    )
    assert withdrawal.state == State.WITHDRAWN
    if isinstance(supplement, NotAllowed):
        assert "Đã rút hồ sơ" in str(supplement)
        assert actions_of(dossier)[-1:] == [Action.WITHDRAW]
    else:
        assert actions_of(dossier)[-2:] == [Action.SUPPLEMENT_INTAKE, Action.WITHDRAW]


def test_withdrawal_and_the_receipt_at_once_are_one_of_the_two():
    won, sentence = moves(
        DossierFactory(), (Action.WITHDRAW, Role.CITIZEN), (Action.RECEIVE, Role.DESK)
    )
    assert ("Đã tiếp nhận" if won == Action.RECEIVE else "Đã rút hồ sơ") in sentence


def test_draft_gone_on_with_while_old_drafts_are_forgotten_stays(settings):
    settings.DRAFT_KEEP_DAYS = 0
    draft = DossierFactory(state=State.DRAFT)
    with transaction.atomic():
        drafts.save(draft, answers={"a": "1"})  # and not yet committed
        [forgotten] = at_once(cleaning.forget_old_drafts)
    assert forgotten == 0
    assert Dossier.objects.get().answers["a"] == "1"


def test_draft_sent_while_old_drafts_are_forgotten_is_sent_or_was_gone(settings):
    settings.DRAFT_KEEP_DAYS = 0
    draft = DossierFactory(state=State.DRAFT)
    attach(draft, "a")
    forgotten, sent = at_once(
        cleaning.forget_old_drafts, lambda: act(draft, Action.SUBMIT, Role.CITIZEN)
    )
    if forgotten:
        assert isinstance(sent, Dossier.DoesNotExist)
        assert not Dossier.objects.exists()
    else:
        assert Dossier.objects.get().attachments.count() == 1
        assert actions_of(draft) == [Action.SUBMIT]


# --- Officers ---


def test_two_officers_who_receive_one_dossier_give_one_number(queue):
    dossier = DossierFactory()
    queue.clear()
    _won, sentence = moves(dossier, (Action.RECEIVE, Role.DESK), (Action.RECEIVE, Role.DESK))
    assert "Đã tiếp nhận" in sentence
    assert "Người Cán bộ một cửa" in sentence
    dossier.refresh_from_db()
    assert dossier.official_number.endswith("-0001")
    assert dossier.events.filter(action=Action.RECEIVE).count() == 1
    assert len(queue) == 2


def test_receipts_at_once_get_numbers_without_gap_or_repeat(desk_officer):
    dossiers = [DossierFactory() for _ in range(20)]
    received = at_once(
        *(lambda one=one: act(one, Action.RECEIVE, Role.DESK, by=desk_officer) for one in dossiers)
    )
    numbers = sorted(int(dossier.official_number[-4:]) for dossier in received)
    assert numbers == list(range(1, 21))


def test_decisions_at_once_get_numbers_without_gap_or_repeat(leader):
    dossiers = [DossierFactory(state=State.AWAITING_APPROVAL) for _ in range(6)]
    at_once(*(lambda one=one: act(one, Action.APPROVE, Role.LEADER, by=leader) for one in dossiers))
    numbers = sorted(one.events.last().facts.number for one in dossiers)
    assert numbers == [f"0{number}/UBND" for number in range(1, 7)]


def test_dossier_is_approved_or_sent_back_but_not_both():
    won, sentence = moves(
        DossierFactory(state=State.AWAITING_APPROVAL),
        (Action.APPROVE, Role.LEADER),
        (Action.SEND_BACK, Role.LEADER),
    )
    assert ("Đã có kết quả" if won == Action.APPROVE else "Đang giải quyết") in sentence


def test_request_for_payment_and_one_for_papers_are_one_of_the_two():
    dossier = DossierFactory(state=State.IN_PROGRESS)
    won, _sentence = moves(
        dossier, (Action.REQUEST_PAYMENT, Role.CASE), (Action.REQUEST_SUPPLEMENT, Role.CASE)
    )
    dossier.refresh_from_db()
    assert bool(dossier.fee_total) == (won == Action.REQUEST_PAYMENT)


def test_money_that_comes_in_twice_at_once_is_added_twice():
    """Whether it may is the ledger's business; the door must not lose any."""
    dossier = DossierFactory()
    at_once(
        *(
            lambda: workflow.perform(
                dossier,
                Action.RECORD_PAYMENT,
                role=Role.SYSTEM,
                given=facts.Money(1000, "HS1", "cash"),
            )
            for _payment in range(5)
        )
    )
    dossier.refresh_from_db()
    assert dossier.fee_paid == 5000


# --- Workers and the throttle ---


def test_one_of_many_workers_takes_a_row():
    DossierFactory()
    letter = OutboxJob.objects.filter(channel="mail").get()
    taken = at_once(*[lambda: leases.claim(letter.pk)] * 5)
    assert [one for one in taken if one] == [letter]
    letter.refresh_from_db()
    assert letter.attempts == 1
    assert letter.lease_until > timezone.now() + timedelta(seconds=60)


def test_events_at_once_are_all_counted():
    at_once(*[lambda: throttle.add("race", "", window=throttle.HOUR)] * 8)
    assert throttle.total("race", "") == 8


def test_sixty_guesses_of_one_code_at_once_are_fewer_than_ten_tries(monkeypatch):
    dossier = DossierFactory()
    tried = []
    compare = access.second_factor_is

    def second_factor_is(*given):
        tried.append(given)
        return compare(*given)

    monkeypatch.setattr(access, "second_factor_is", second_factor_is)
    answers_given = at_once(
        *(
            lambda guess=guess: Client(REMOTE_ADDR=f"203.113.1.{guess}").post(
                "/tra-cuu/", {"ma": dossier.tracking_code, "xac_minh": f"{guess:04d}"}
            )
            for guess in range(60)
        )
    )
    statuses = Counter(answer.status_code for answer in answers_given)
    assert 1 <= len(tried) < 10
    assert statuses == {422: len(tried), 429: 60 - len(tried)}


def test_sixty_passwords_of_one_account_at_once_are_fewer_than_ten_tries(monkeypatch):
    UserFactory(username="lanhdao", is_staff=True)
    tried = []

    def authenticate(request, **credentials):
        tried.append(credentials)

    monkeypatch.setattr("allauth.account.adapter.authenticate", authenticate)
    spellings = ["lanhdao", "LanhDao", " lanhdao", "lanhdao@example.vn", "LANHDAO@example.vn"]
    answers_given = at_once(
        *(
            lambda turn=turn: Client(REMOTE_ADDR=f"203.113.2.{turn}").post(
                "/tai-khoan/login/",
                {"login": spellings[turn % len(spellings)], "password": f"sai-{turn}"},
            )
            for turn in range(60)
        )
    )
    assert 1 <= len(tried) < 10
    asked_to_wait = [one for one in answers_given if "thử lại sau" in one.content.decode()]
    assert len(asked_to_wait) == 60 - len(tried)
