"""After a failure nobody waits; then one thread tries, and the others follow when it succeeded."""

import pytest
from django.db import OperationalError

from portal.database import breaker as module
from portal.database.breaker import PROBE_SECONDS, Breaker

REST = 2


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves by hand: [seconds]."""
    now = [1000.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    return now


def is_open(breaker: Breaker) -> bool:
    try:
        breaker.check(REST)
    except OperationalError:
        return True
    return False


def test_breaker_is_closed_at_first(clock):
    assert not is_open(Breaker())


def test_breaker_lets_one_probe_through_after_its_rest(clock):
    breaker = Breaker()
    breaker.open(REST)
    assert is_open(breaker)
    clock[0] += REST
    assert not is_open(breaker)
    assert is_open(breaker)


def test_breaker_closes_after_a_success(clock):
    breaker = Breaker()
    breaker.open(REST)
    breaker.close()
    assert not is_open(breaker)


def test_breaker_lets_another_probe_through_when_the_first_says_nothing(clock):
    breaker = Breaker()
    breaker.open(REST)
    clock[0] += REST
    assert not is_open(breaker)
    clock[0] += PROBE_SECONDS
    assert not is_open(breaker)


def test_breaker_does_nothing_where_there_is_no_rest(clock):
    breaker = Breaker()
    breaker.open(0)
    assert not is_open(breaker)
    breaker.open(REST)
    breaker.check(0)
