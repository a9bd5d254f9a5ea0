"""How the catalogue puts itself in words."""

import pytest
from django.utils import translation

from services.models import period_in_words


@pytest.mark.parametrize(
    ("amount", "unit", "vietnamese", "english"),
    [
        (1, "working_days", "1 ngày làm việc", "1 working day"),
        (20, "working_days", "20 ngày làm việc", "20 working days"),
        (4, "hours", "4 giờ làm việc", "4 working hours"),
        (1, "calendar_days", "1 ngày", "1 day"),
    ],
)
def test_period_in_words_counts_as_each_language_counts(amount, unit, vietnamese, english):
    with translation.override("vi"):
        assert period_in_words(amount, unit) == vietnamese
    with translation.override("en"):
        assert period_in_words(amount, unit) == english
