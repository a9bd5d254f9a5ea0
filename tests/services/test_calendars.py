"""Time limits: the worked examples of the law by name, then properties over any calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import calendars
from services.calendars import (
    Calendar,
    add_working_minutes,
    due_at,
    resume,
    working_minutes_between,
)
from services.models import SpecialDay, TimeUnit
from tests.services.factories import SpecialDayFactory

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PLAIN = Calendar()
TET_2026 = Calendar(off=frozenset(date(2026, 2, day) for day in range(16, 21)))
HOURS, WORKING_DAYS, CALENDAR_DAYS = TimeUnit.HOURS, TimeUnit.WORKING_DAYS, TimeUnit.CALENDAR_DAYS


def at(day: int, month: int, hour: int = 10, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


# --- Worked examples ---


def test_due_at_skips_tet_in_february_2026():
    assert due_at(at(11, 2), 5, WORKING_DAYS, TET_2026) == at(25, 2, 17)


def test_due_at_does_not_count_the_day_of_receipt():
    assert due_at(at(2, 3), 1, WORKING_DAYS, PLAIN) == at(3, 3, 17)  # Monday to Tuesday


def test_due_at_in_working_days_skips_the_weekend():
    assert due_at(at(5, 3), 2, WORKING_DAYS, PLAIN) == at(9, 3, 17)  # Thursday to Monday


def test_due_at_in_calendar_days_counts_the_weekend():
    assert due_at(at(2, 3), 10, CALENDAR_DAYS, PLAIN) == at(12, 3, 17)


def test_due_at_moves_from_saturday_to_monday():
    assert due_at(at(2, 3), 5, CALENDAR_DAYS, PLAIN) == at(9, 3, 17)


def test_due_at_moves_from_a_holiday_to_the_next_working_day():
    calendar = Calendar(off=frozenset({date(2026, 4, 30), date(2026, 5, 1)}))
    assert due_at(at(20, 4), 10, CALENDAR_DAYS, calendar) == at(4, 5, 17)


def test_due_at_counts_a_saturday_that_is_made_up():
    calendar = Calendar(make_up=frozenset({date(2026, 3, 7)}))
    assert due_at(at(5, 3), 2, WORKING_DAYS, calendar) == at(7, 3, 17)


def test_due_at_counts_from_the_next_morning_after_hours():
    assert due_at(at(2, 3, 17, 30), 1, WORKING_DAYS, PLAIN) == at(4, 3, 17)


def test_due_at_counts_from_monday_on_a_sunday():
    assert due_at(at(1, 3), 1, WORKING_DAYS, PLAIN) == at(3, 3, 17)


def test_due_at_counts_from_that_day_before_opening():
    assert due_at(at(2, 3, 5), 1, WORKING_DAYS, PLAIN) == at(3, 3, 17)


def test_due_at_takes_the_day_of_the_authority_not_of_the_server():
    half_past_midnight_in_hanoi = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)
    assert due_at(half_past_midnight_in_hanoi, 1, WORKING_DAYS, PLAIN) == at(4, 3, 17)


def test_due_at_of_zero_days_is_the_close_of_the_same_day():
    assert due_at(at(2, 3), 0, WORKING_DAYS, PLAIN) == at(2, 3, 17)


def test_due_at_in_hours_jumps_over_lunch():
    assert due_at(at(2, 3, 10), 4, HOURS, PLAIN) == at(2, 3, 16)


def test_due_at_of_eight_hours_from_opening_is_one_working_day():
    assert due_at(at(2, 3, 7), 8, HOURS, PLAIN) == at(2, 3, 17)


def test_due_at_in_hours_runs_on_after_the_weekend():
    assert due_at(at(6, 3, 16), 2, HOURS, PLAIN) == at(9, 3, 8)


def test_due_at_in_hours_from_lunch_counts_from_the_afternoon():
    assert due_at(at(2, 3, 12), 1, HOURS, PLAIN) == at(2, 3, 14, 30)


def test_resume_gives_back_the_working_time_that_was_left():
    due = due_at(at(2, 3, 10), 2, WORKING_DAYS, PLAIN)  # Wednesday 17:00
    assert resume(due, paused_at=at(4, 3, 14), now=at(10, 3, 7), calendar=PLAIN) == at(10, 3, 10)


def test_resume_at_night_goes_on_in_the_morning():
    due = due_at(at(2, 3, 10), 1, WORKING_DAYS, PLAIN)  # Tuesday 17:00
    assert resume(due, paused_at=at(3, 3, 16), now=at(6, 3, 21), calendar=PLAIN) == at(9, 3, 8)


def test_resume_leaves_late_what_was_late():
    due = at(2, 3, 17)
    assert resume(due, paused_at=at(3, 3), now=at(9, 3), calendar=PLAIN) == due


def test_working_minutes_do_not_pass_over_a_weekend():
    assert working_minutes_between(at(6, 3, 17), at(9, 3, 7), PLAIN) == 0


def test_working_minutes_of_a_full_day_are_480():
    assert working_minutes_between(at(2, 3, 0), at(2, 3, 23), PLAIN) == 480


def test_working_minutes_to_an_earlier_moment_are_none():
    assert working_minutes_between(at(3, 3), at(2, 3), PLAIN) == 0


# --- Refusals ---


def test_due_at_refuses_an_unknown_unit():
    with pytest.raises(ValueError, match="fortnights"):
        due_at(at(2, 3), 1, "fortnights", PLAIN)


@pytest.mark.parametrize("amount", [-1, calendars.MAX_AMOUNT + 1, 10**12])
@pytest.mark.parametrize("unit", TimeUnit.values)
def test_due_at_refuses_an_amount_out_of_range(amount, unit):
    with pytest.raises(ValueError, match="between 0 and"):
        due_at(at(2, 3), amount, unit, PLAIN)


def test_add_working_minutes_refuses_negative_minutes():
    with pytest.raises(ValueError, match="out of range"):
        add_working_minutes(at(2, 3), -1, PLAIN)


@pytest.mark.parametrize(
    "count",
    [
        lambda naive: due_at(naive, 1, WORKING_DAYS, PLAIN),
        lambda naive: add_working_minutes(naive, 1, PLAIN),
        lambda naive: working_minutes_between(naive, at(2, 3), PLAIN),
        lambda naive: resume(naive, at(2, 3), at(3, 3), PLAIN),
    ],
)
def test_every_count_refuses_a_naive_moment(count):
    with pytest.raises(ValueError, match="aware"):
        count(datetime(2026, 3, 2, 10))


@pytest.mark.parametrize("unit", TimeUnit.values)
def test_calendar_without_working_days_ends_in_a_clear_error(unit):
    never = Calendar(
        off=frozenset(
            date(2026, 1, 1) + timedelta(days=n) for n in range(2 * calendars.LOOK_AHEAD_DAYS)
        )
    )
    with pytest.raises(ValueError, match="no working day"):
        due_at(at(2, 3), 1, unit, never)


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((time(11), time(7)),),
        ((time(7), time(7)),),
        ((time(13), time(17)), (time(7), time(11))),
        ((time(7), time(12)), (time(11), time(17))),
    ],
)
def test_calendar_refuses_hours_that_make_no_sense(hours):
    with pytest.raises(ValueError, match="Working hours"):
        Calendar(hours=hours)


# --- The authority's own calendar ---


@pytest.mark.django_db
def test_load_reads_the_calendar_in_one_query(django_assert_num_queries):
    off = SpecialDayFactory(day=date(2026, 9, 2))
    made_up = SpecialDayFactory(day=date(2026, 8, 22), kind=SpecialDay.Kind.MAKE_UP)
    with django_assert_num_queries(1):
        calendar = calendars.load()
    assert calendar == Calendar(off=frozenset({off.day}), make_up=frozenset({made_up.day}))


# --- Properties ---

_days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
_calendars = st.builds(
    Calendar,
    off=st.frozensets(_days, max_size=40),
    make_up=st.frozensets(_days, max_size=10),
    hours=st.sampled_from(
        [PLAIN.hours, ((time(8), time(16)),), ((time(0), time(12)), (time(12, 30), time(23, 59)))]
    ),
)
_moments = st.datetimes(
    datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.sampled_from([ZONE, UTC])
)
_amounts = st.integers(0, 60)
_units = st.sampled_from(TimeUnit.values)


@given(_moments, _amounts, _units, _calendars)
def test_due_at_is_never_on_a_day_off_or_before_the_start(start, amount, unit, calendar):
    due = due_at(start, amount, unit, calendar)
    assert calendar.is_working_day(due.date())
    assert due >= start
    assert due.utcoffset() == timedelta(hours=7)


@given(_moments, _amounts, st.sampled_from([WORKING_DAYS, CALENDAR_DAYS]), _calendars)
def test_due_at_in_days_is_the_close_of_a_day(start, amount, unit, calendar):
    assert due_at(start, amount, unit, calendar).time() == calendar.hours[-1][1]


@given(_moments, _amounts, _units, _calendars)
def test_due_at_of_a_longer_period_is_never_sooner(start, amount, unit, calendar):
    assert due_at(start, amount, unit, calendar) <= due_at(start, amount + 1, unit, calendar)


@given(_moments, _moments, _amounts, _units, _calendars)
def test_due_at_of_a_later_start_is_never_sooner(one, other, amount, unit, calendar):
    first, second = sorted([one, other])
    assert due_at(first, amount, unit, calendar) <= due_at(second, amount, unit, calendar)


@given(_moments, _amounts, _calendars)
def test_due_at_in_working_days_is_never_before_calendar_days(start, amount, calendar):
    assert due_at(start, amount, WORKING_DAYS, calendar) >= due_at(
        start, amount, CALENDAR_DAYS, calendar
    )


@given(_moments, st.integers(0, 20_000), _calendars)
def test_add_working_minutes_adds_the_minutes_between(start, minutes, calendar):
    assert (
        working_minutes_between(start, add_working_minutes(start, minutes, calendar), calendar)
        == minutes
    )


@given(_moments, st.integers(0, 5_000), st.integers(0, 5_000), _calendars)
def test_add_working_minutes_may_be_done_in_two_goes(start, one, other, calendar):
    in_two_goes = add_working_minutes(add_working_minutes(start, one, calendar), other, calendar)
    assert in_two_goes == add_working_minutes(start, one + other, calendar)


@given(_moments, _moments, _moments, _calendars)
def test_working_minutes_add_up(one, other, third, calendar):
    first, middle, last = sorted(
        moment.replace(second=0, microsecond=0) for moment in (one, other, third)
    )
    parts = working_minutes_between(first, middle, calendar) + working_minutes_between(
        middle, last, calendar
    )
    assert parts == working_minutes_between(first, last, calendar)


@given(_moments, _moments, _amounts, _units, _calendars)
def test_resume_without_a_pause_keeps_the_due_moment(start, paused_at, amount, unit, calendar):
    due = due_at(start, amount, unit, calendar)
    assert resume(due, paused_at, paused_at, calendar) == due


@given(_moments, _amounts, _units, st.integers(0, 100_000), st.integers(0, 100_000), _calendars)
def test_resume_never_shortens_a_period(start, amount, unit, until_pause, length, calendar):
    due = due_at(start, amount, unit, calendar)
    paused_at = start + timedelta(minutes=until_pause)
    now = paused_at + timedelta(minutes=length)
    again = resume(due, paused_at, now, calendar)
    assert again >= due
    if again != due:
        assert working_minutes_between(now, again, calendar) == working_minutes_between(
            paused_at, due, calendar
        )
