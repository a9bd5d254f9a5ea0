"""The two primitives of every rate limit: counting in a window, and tries that slow down."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dossiers import codes, throttle
from dossiers.models import AttemptCount

pytestmark = pytest.mark.django_db

PACE = throttle.Pace(free=3, max_delay=60)


@pytest.fixture
def clock(time_machine):
    """Return a function that moves the clock on by so many seconds."""
    moment = timezone.now()
    time_machine.move_to(moment, tick=False)

    def move(seconds: float) -> None:
        nonlocal moment
        moment += timedelta(seconds=seconds)
        time_machine.move_to(moment, tick=False)

    return move


def test_add_sums_up_and_begins_anew_after_its_window(clock):
    assert [throttle.add("a", "x", window=throttle.HOUR) for _ in range(3)] == [1, 2, 3]
    assert throttle.add("a", "x", window=throttle.HOUR, amount=10) == 13
    assert throttle.add("a", "y", window=throttle.HOUR) == 1
    assert throttle.total("a", "x") == 13
    clock(3600)
    assert throttle.total("a", "x") == 0
    assert throttle.add("a", "x", window=throttle.HOUR, amount=5) == 5


def test_reserve_try_waits_twice_as_long_each_time_up_to_its_limit(clock):
    waits = []
    for _attempt in range(10):
        assert throttle.reserve_try("a", "x", PACE) == 0
        wait = throttle.reserve_try("a", "x", PACE) if len(waits) >= 2 else 0
        waits.append(wait)
        clock(wait)
    assert waits == [0, 0, 2, 4, 8, 16, 32, 60, 60, 60]


def test_reserve_try_refused_makes_the_wait_no_longer(clock):
    for _attempt in range(3):
        throttle.reserve_try("a", "x", PACE)
    for _impatient in range(20):
        assert throttle.reserve_try("a", "x", PACE) == 2
    clock(2)
    assert throttle.reserve_try("a", "x", PACE) == 0


def test_reserve_try_begins_anew_when_forgotten_or_after_a_day(clock):
    for _attempt in range(3):
        throttle.reserve_try("a", "x", PACE)
    assert throttle.reserve_try("a", "x", PACE) > 0
    throttle.forget("a", "x")
    for _attempt in range(3):
        assert throttle.reserve_try("a", "x", PACE) == 0
    clock(24 * 3600)
    for _attempt in range(3):
        assert throttle.reserve_try("a", "x", PACE) == 0


def test_reserve_unlock_takes_one_budget_however_the_code_is_written(rf, settings):
    code = codes.new_tracking_code()
    for typed in (code, code.lower(), code.replace("-", " . ")):
        assert throttle.reserve_unlock(rf.get("/"), typed, "0000") == 0
    elsewhere = rf.get("/", REMOTE_ADDR="203.113.9.9")
    assert throttle.reserve_unlock(elsewhere, code.replace("-", ""), "0000") > 0
    assert throttle.reserve_unlock(elsewhere, codes.new_tracking_code(), "0000") == 0


def test_reserve_unlock_limits_whole_numbers_of_one_code_from_everywhere(rf, monkeypatch):
    monkeypatch.setattr(throttle, "MAX_WHOLE_NUMBERS_PER_DAY", 5)
    code = codes.new_tracking_code()
    waits = [
        throttle.reserve_unlock(rf.get("/", REMOTE_ADDR=f"203.113.1.{turn}"), code, "0905123456")
        for turn in range(7)
    ]
    assert [bool(wait) for wait in waits] == [False] * 5 + [True] * 2


def test_table_holds_neither_addresses_nor_codes_nor_names(rf):
    code = codes.new_tracking_code()
    throttle.reserve_unlock(rf.get("/", REMOTE_ADDR="203.113.1.1"), code, "0905123456")
    throttle.too_many_wrong_codes(rf.get("/", REMOTE_ADDR="203.113.1.1"))
    rows = str(list(AttemptCount.objects.values()))
    assert code not in rows
    assert "203.113" not in rows


@pytest.mark.parametrize("value", ["", "\ud800", "\x00", "x" * 10_000])
def test_value_of_any_kind_is_counted(value):
    assert throttle.add("a", value, window=throttle.HOUR) == 1
    assert throttle.reserve_try("b", value, PACE) == 0
