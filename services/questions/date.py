"""A day."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.questions.base import AnsweredKind, Question
from services.questions.fields import CleanCharField

MIN_YEAR = 1800
_DATE = re.compile(r"^(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})$")


class Date(AnsweredKind):
    """Stored as an ISO date; its limits are ISO dates or "today"."""

    name = "date"
    allowed = frozenset({"min", "max"})
    help = 'date: một ngày; “min”, “max” viết như "2026-01-31" hoặc "today".'
    blank_template = "services/questions/blank/date.html"

    def is_limit(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        if value == "today":
            return True
        try:
            return date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False

    def field(self, question: Question, **common: Any) -> forms.Field:
        return VietnameseDateField(minimum=question.min, maximum=question.max, **common)

    def words(self, question: Question, value: Any) -> str:
        return f"{date.fromisoformat(value):%d/%m/%Y}"

    def example(self, question: Question, turn: int) -> str:
        """Return a likely day within the limits; ISO dates compare as the days do."""
        label = question.label.lower()
        if "sinh" in label:
            day = "1995-06-15"
        elif "dự kiến" in label or "bắt đầu" in label:
            day = (timezone.localdate() + timedelta(days=30)).isoformat()
        else:
            day = "2015-03-20"
        if question.min:
            day = max(day, _limit(question.min).isoformat())
        if question.max:
            day = min(day, _limit(question.max).isoformat())
        return day


class VietnameseDateField(CleanCharField):
    """A date typed day first, dd/mm/yyyy; kept as ISO.

    `minimum` and `maximum` are ISO dates or "today".
    """

    def __init__(self, *, minimum=None, maximum=None, **kwargs):
        attrs = {"inputmode": "numeric", "placeholder": _("ngày/tháng/năm")}
        super().__init__(**{"widget": forms.TextInput(attrs=attrs), **kwargs})
        self.minimum, self.maximum = minimum, maximum

    def clean(self, value):
        text = super().clean(value).strip()
        if not text:
            return None
        day = self._read(text)
        if self.minimum and day < _limit(self.minimum):
            raise forms.ValidationError(
                _("Ngày không được trước %(day)s.") % {"day": f"{_limit(self.minimum):%d/%m/%Y}"}
            )
        if self.maximum and day > _limit(self.maximum):
            raise forms.ValidationError(
                _("Ngày không được sau %(day)s.") % {"day": f"{_limit(self.maximum):%d/%m/%Y}"}
            )
        return day.isoformat()

    def _read(self, text: str) -> date:
        try:
            if typed := _DATE.match(text):
                day, month, year = map(int, typed.groups())
                found = date(year, month, day)
            else:
                found = date.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or found.year < MIN_YEAR:
            raise forms.ValidationError(
                _("Hãy ghi đúng ngày/tháng/năm, năm gồm bốn chữ số, ví dụ 05/09/1990.")
            )
        return found

    def prepare_value(self, value):
        try:
            return f"{date.fromisoformat(value):%d/%m/%Y}"
        except (TypeError, ValueError):
            return value


def _limit(limit: Any) -> date:
    return timezone.localdate() if limit == "today" else date.fromisoformat(str(limit))
