"""Time limits counted as the law counts them.

Pure arithmetic but for `load`, which reads the days off once.

The first day of a period is not counted, and a period that would end on a day off ends on the next
working day (Civil Code 2015 art. 147–148). What comes in outside working hours counts as come in at
the next opening; eight working hours are a working day (practice of the one-stop desks under Decree
61/2018/NĐ-CP). Opening times are half-open: the closing minute itself is after hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.conf import settings
from django.utils import timezone

from services.models import SpecialDay, TimeUnit

ONE_DAY = timedelta(days=1)
SATURDAY = 5
# A whole year without one working day is a wrong calendar, not a long holiday.
LOOK_AHEAD_DAYS = 366
# More than a model's small integer can hold; it keeps every count finite.
MAX_AMOUNT = 36_500


@dataclass(frozen=True)
class Calendar:
    """Which days and hours are worked; a day both off and made up is off."""

    off: frozenset[date] = frozenset()
    make_up: frozenset[date] = frozenset()
    hours: tuple[tuple[time, time], ...] = ((time(7), time(11, 30)), (time(13, 30), time(17)))

    def __post_init__(self) -> None:
        """Refuse (ValueError) hours that are missing, empty, out of order or overlapping."""
        moments = [moment for period in self.hours for moment in period]
        if not moments or any(later <= earlier for earlier, later in pairwise(moments)):
            raise ValueError(
                "Working hours must be periods in order, each opening before it closes."
            )

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is worked: Monday to Friday, less the days off, plus the make-up days."""
        return day not in self.off and (day.weekday() < SATURDAY or day in self.make_up)


def load() -> Calendar:
    """Return the calendar of the authority, in one query; the hours come from its data file."""
    days = list(SpecialDay.objects.values_list("day", "kind"))
    return Calendar(
        off=frozenset(day for day, kind in days if kind == SpecialDay.Kind.OFF),
        make_up=frozenset(day for day, kind in days if kind == SpecialDay.Kind.MAKE_UP),
        hours=tuple(
            (time.fromisoformat(opens), time.fromisoformat(closes))
            for opens, closes in settings.AUTHORITY["working_hours"]
        ),
    )


def due_at(start: datetime, amount: int, unit: str, calendar: Calendar) -> datetime:
    """Return when a period of `amount` `unit` (a TimeUnit) that starts at `start` ends.

    Days end at the close of their last day, which is never a day off; hours end within working
    time. Zero days end at today's close. Raises ValueError for a naive `start`, an unknown unit, an
    amount out of range or a calendar without working days.
    """
    if not 0 <= amount <= MAX_AMOUNT:
        raise ValueError(f"A time limit must be between 0 and {MAX_AMOUNT}, not {amount}.")
    begun = _opening(_local(start), calendar)
    if unit == TimeUnit.HOURS:
        return _spend(begun, timedelta(hours=amount), calendar)
    if unit == TimeUnit.WORKING_DAYS:
        return _close(_nth_working_day(begun.date(), amount, calendar), calendar)
    if unit == TimeUnit.CALENDAR_DAYS:
        return _close(next(_working_days(begun.date() + amount * ONE_DAY, calendar)), calendar)
    raise ValueError(f"Unknown unit of time: {unit!r}.")


def working_minutes_between(start: datetime, end: datetime, calendar: Calendar) -> int:
    """Return the whole working minutes from `start` to `end`; 0 when `end` is not later.

    Raises ValueError for naive moments.
    """
    return _working_time(_local(start), _local(end), calendar) // timedelta(minutes=1)


def add_working_minutes(start: datetime, minutes: int, calendar: Calendar) -> datetime:
    """Return when `minutes` of working time after `start` are spent; `start` itself for 0.

    Raises ValueError for a naive `start`, an amount out of range or a calendar without working
    days.
    """
    if not 0 <= minutes <= MAX_AMOUNT * 24 * 60:
        raise ValueError(f"Working minutes out of range: {minutes}.")
    return _spend(_local(start), timedelta(minutes=minutes), calendar)


def resume(due: datetime, paused_at: datetime, now: datetime, calendar: Calendar) -> datetime:
    """Return the new due moment when a clock that stood still since `paused_at` goes on at `now`.

    The working time that was left at `paused_at` is counted from `now`. No pause, or nothing left:
    `due` stays, so that what was late before the pause is late after it. Raises ValueError for
    naive moments.
    """
    due, paused_at, now = _local(due), _local(paused_at), _local(now)
    left = _working_time(paused_at, due, calendar)
    if now <= paused_at or not left:
        return due
    return _spend(now, left, calendar)


def _local(moment: datetime) -> datetime:
    if timezone.is_naive(moment):
        raise ValueError("Time limits are counted from aware moments only.")
    return timezone.localtime(moment, timezone.get_default_timezone())


def _periods(day: date, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Yield opening and closing of each part of a working `day`."""
    zone = timezone.get_default_timezone()
    for opens, closes in calendar.hours:
        yield datetime.combine(day, opens, zone), datetime.combine(day, closes, zone)


def _close(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day, calendar.hours[-1][1], timezone.get_default_timezone())


def _working_days(first: date, calendar: Calendar) -> Iterator[date]:
    """Yield the working days from `first` on.

    Raises ValueError when none comes for LOOK_AHEAD_DAYS.
    """
    day, idle = first, 0
    while idle < LOOK_AHEAD_DAYS:
        if calendar.is_working_day(day):
            idle = 0
            yield day
        else:
            idle += 1
        day += ONE_DAY
    raise ValueError(
        f"The calendar has no working day in the {LOOK_AHEAD_DAYS} days before {day:%d/%m/%Y}."
    )


def _nth_working_day(first: date, number: int, calendar: Calendar) -> date:
    """Return the working day `number` after the working day `first`, which is day 0."""
    days = _working_days(first, calendar)
    for _ in range(number):
        next(days)
    return next(days)


def _opening(moment: datetime, calendar: Calendar) -> datetime:
    """Return the first moment of working time at or after `moment`."""
    for day in _working_days(moment.date(), calendar):
        for opens, closes in _periods(day, calendar):
            if moment < closes:
                return max(moment, opens)
    raise AssertionError("unreachable: _working_days ends only by raising")


def _spend(moment: datetime, left: timedelta, calendar: Calendar) -> datetime:
    """Return when `left` of working time after `moment` is spent.

    That is a closing rather than the next opening.
    """
    if not left:
        return moment
    for day in _working_days(moment.date(), calendar):
        for opens, closes in _periods(day, calendar):
            begun = max(moment, opens)
            if begun + left <= closes:
                return begun + left
            left -= max(closes - begun, timedelta())
    raise AssertionError("unreachable: _working_days ends only by raising")


def _working_time(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Return the working time from `start` to `end`, to the second."""
    total, day = timedelta(), start.date()
    while day <= end.date():
        if calendar.is_working_day(day):
            for opens, closes in _periods(day, calendar):
                total += max(min(end, closes) - max(start, opens), timedelta())
        day += ONE_DAY
    return total
