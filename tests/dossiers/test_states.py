"""The table of moves, looked at as a whole."""

import pytest

from dossiers.states import FINAL, NATIONAL_CODES, TRANSITIONS, Action, Clock, Role, State, leaving


def test_every_action_has_an_edge():
    assert set(TRANSITIONS) == set(Action)


def test_every_state_can_be_reached_from_a_draft():
    reached, grown = {State.DRAFT}, True
    while grown:
        more = {
            edge.target for edge in TRANSITIONS.values() if edge.target and edge.sources & reached
        }
        grown = not more <= reached
        reached |= more
    assert reached == set(State)


@pytest.mark.parametrize("state", sorted(set(State) - FINAL))
def test_every_state_that_is_not_final_can_be_left(state):
    assert any(TRANSITIONS[action].target for action in leaving(state))


@pytest.mark.parametrize("state", sorted(FINAL))
def test_a_final_state_is_never_left(state):
    assert leaving(state) == []


def test_every_state_but_the_draft_has_a_national_code():
    assert set(NATIONAL_CODES) == set(State) - {State.DRAFT}
    assert set(NATIONAL_CODES.values()) == set(range(1, 11))


def test_whoever_ends_a_dossier_against_its_sender_gives_a_reason():
    for action in (
        Action.REFUSE,
        Action.REJECT,
        Action.REQUEST_SUPPLEMENT,
        Action.REQUEST_INTAKE_SUPPLEMENT,
    ):
        assert TRANSITIONS[action].needs_note


def test_the_clock_starts_at_receipt_and_stops_with_the_decision():
    starting = {action for action, edge in TRANSITIONS.items() if edge.clock == Clock.START}
    assert starting == {Action.RECEIVE}
    assert {TRANSITIONS[action].clock for action in (Action.APPROVE, Action.REJECT)} == {Clock.STOP}


def test_only_the_ledger_says_that_money_came_in():
    for action in (Action.CONFIRM_PAYMENT, Action.RECORD_PAYMENT):
        assert TRANSITIONS[action].roles == {Role.SYSTEM}
