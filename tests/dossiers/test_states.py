"""The table of moves, looked at as a whole."""

import pytest

from dossiers.moves import MOVES, Action, Clock, leaving
from dossiers.states import FINAL, STATES, Role, State


def test_every_action_has_an_edge():
    assert set(MOVES) == set(Action)


def test_every_state_can_be_reached_from_a_draft():
    reached, grown = {State.DRAFT}, True
    while grown:
        more = {edge.target for edge in MOVES.values() if edge.target and edge.sources & reached}
        grown = not more <= reached
        reached |= more
    assert reached == set(State)


@pytest.mark.parametrize("state", sorted(set(State) - FINAL))
def test_every_state_that_is_not_final_can_be_left(state):
    assert any(MOVES[action].target for action in leaving(state))


@pytest.mark.parametrize("state", sorted(FINAL))
def test_final_state_is_never_left(state):
    assert leaving(state) == []


def test_every_state_but_the_draft_has_a_national_code():
    codes = {state: record.national_code for state, record in STATES.items()}
    assert codes.pop(State.DRAFT) is None
    assert set(codes.values()) == set(range(1, 11))


def test_whoever_ends_a_dossier_against_its_sender_gives_a_reason():
    for action in (
        Action.REFUSE,
        Action.REJECT,
        Action.REQUEST_SUPPLEMENT,
        Action.REQUEST_INTAKE_SUPPLEMENT,
    ):
        assert MOVES[action].needs_reason


def test_clock_starts_at_receipt_and_stops_with_the_decision():
    starting = {action for action, edge in MOVES.items() if edge.clock == Clock.START}
    assert starting == {Action.RECEIVE}
    assert {MOVES[action].clock for action in (Action.APPROVE, Action.REJECT)} == {Clock.STOP}


def test_only_the_ledger_says_that_money_came_in():
    for action in (Action.CONFIRM_PAYMENT, Action.RECORD_PAYMENT):
        assert MOVES[action].roles == {Role.SYSTEM}
