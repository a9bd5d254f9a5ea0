"""What a form field says when it refuses an answer."""

from typing import Any

import pytest
from django import forms


def refusal(field: forms.Field, typed: Any) -> str:
    """Return the sentences with which the field refuses what was typed."""
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(typed)
    return " ".join(refused.value.messages)
