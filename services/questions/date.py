"""A date typed day first, dd/mm/yyyy; kept as ISO."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services import formats
from services.questions.base import TypedQuestion
from services.questions.spec_keys import spec_key
from services.questions.text import CleanCharField

TODAY = "today"
MIN_YEAR = 1800
_DATE = re.compile(r"^(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})$")


class VietnameseDateField(CleanCharField):
    """`minimum` and `maximum` are ISO dates or "today"."""

    def __init__(
        self, *, minimum: str | None = None, maximum: str | None = None, **kwargs: Any
    ) -> None:
        attrs = {"inputmode": "numeric", "placeholder": _("ngày/tháng/năm")}
        super().__init__(**{"widget": forms.TextInput(attrs=attrs), **kwargs})
        self.minimum, self.maximum = minimum, maximum

    def clean(self, value: Any) -> str | None:
        text = super().clean(value).strip()
        if not text:
            return None
        day = self._read(text)

        if self.minimum and day < limit_day(self.minimum):
            earliest = formats.day(limit_day(self.minimum))
            raise forms.ValidationError(_("Ngày không được trước %(day)s.") % {"day": earliest})
        if self.maximum and day > limit_day(self.maximum):
            latest = formats.day(limit_day(self.maximum))
            raise forms.ValidationError(_("Ngày không được sau %(day)s.") % {"day": latest})

        return day.isoformat()

    def _read(self, text: str) -> date:
        typed = _DATE.match(text)
        try:
            if typed:
                day, month, year = map(int, typed.groups())
                found = date(year, month, day)
            else:
                found = date.fromisoformat(text)
        except ValueError:
            found = date.min
        if found.year < MIN_YEAR:
            raise forms.ValidationError(
                _("Hãy ghi đúng ngày/tháng/năm, năm gồm bốn chữ số, ví dụ 05/09/1990.")
            )
        return found

    def prepare_value(self, value: Any) -> Any:
        try:
            return formats.day(date.fromisoformat(value))
        except (TypeError, ValueError):
            return value


def limit_day(limit: str) -> date:
    return timezone.localdate() if limit == TODAY else date.fromisoformat(limit)


def read_limit(value: Any, where: str) -> str:
    """A limit is written as an answer is kept: "2026-01-31"; or it is "today"."""
    if not isinstance(value, str):
        raise ValueError("not a text")
    if value != TODAY and date.fromisoformat(value).isoformat() != value:
        raise ValueError("not an ISO date")
    return value


@dataclass(frozen=True, kw_only=True)
class Date(TypedQuestion):
    kind = "date"
    editor_help = "một ngày; “min” và “max” là giới hạn, ghi “2026-01-31” hoặc “today”."
    blank_template = "services/questions/blank/date.html"

    min: str | None = spec_key(read_limit, default=None)
    max: str | None = spec_key(read_limit, default=None)

    def make_field(self, **common: Any) -> forms.Field:
        return VietnameseDateField(minimum=self.min, maximum=self.max, **common)

    def words(self, answer: Any) -> str:
        return formats.day(date.fromisoformat(answer))

    def example(self, turn: int) -> str:
        """Return a day that the label may mean, inside the limits."""
        label = self.label.lower()
        if "sinh" in label:
            day = date(1995, 6, 15)
        elif "dự kiến" in label or "bắt đầu" in label:
            day = timezone.localdate() + timedelta(days=30)
        else:
            day = date(2015, 3, 20)
        if self.min:
            day = max(day, limit_day(self.min))
        if self.max:
            day = min(day, limit_day(self.max))
        return day.isoformat()
