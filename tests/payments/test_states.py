"""The table of a payment's moves, square by square."""

import pytest

from payments.states import MOVES, Move, PaymentState, may

OFFERED = {
    (PaymentState.OPEN, Move.SETTLE),
    (PaymentState.OPEN, Move.HOLD),
    (PaymentState.OPEN, Move.FAIL),
    (PaymentState.OPEN, Move.EXPIRE),
    (PaymentState.HELD, Move.SETTLE),
    (PaymentState.HELD, Move.FAIL),
    (PaymentState.FAILED, Move.SETTLE),
    (PaymentState.FAILED, Move.HOLD),
    (PaymentState.EXPIRED, Move.SETTLE),
    (PaymentState.EXPIRED, Move.HOLD),
    (PaymentState.EXPIRED, Move.FAIL),
}


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", PaymentState)
def test_move_is_offered_from_exactly_these_states(state, move):
    assert may(state, move) == ((state, move) in OFFERED)


def test_moves_lead_nowhere_from_settled():
    assert not any(PaymentState.SETTLED in edge.sources for edge in MOVES.values())


def test_settle_is_offered_from_every_other_state():
    assert MOVES[Move.SETTLE].sources == set(PaymentState) - {PaymentState.SETTLED}


def test_moves_reach_every_state_but_the_first():
    assert {edge.target for edge in MOVES.values()} == set(PaymentState) - {PaymentState.OPEN}


@pytest.mark.parametrize("state", PaymentState)
def test_state_has_words_for_people(state):
    assert state.label != state.value
