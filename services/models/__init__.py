"""The catalogue: who offers which service, in which field, at which level, under which rules.

No dossier is known here. What a citizen was shown is copied onto the dossier when it is sent, so
rows may change.
"""

from services.models.agency import Agency
from services.models.field import Field
from services.models.lines import Fee, FormTemplate, Paper
from services.models.service import (
    Audience,
    Level,
    Service,
    ServiceQuerySet,
    TimeUnit,
    period_in_words,
)
from services.models.special_day import SpecialDay

__all__ = [
    "Agency",
    "Audience",
    "Fee",
    "Field",
    "FormTemplate",
    "Level",
    "Paper",
    "Service",
    "ServiceQuerySet",
    "SpecialDay",
    "TimeUnit",
    "period_in_words",
]
