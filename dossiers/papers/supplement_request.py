"""Form 02: request to supplement a dossier (Circular 01/2018/TT-VPCP)."""

import re
from typing import Any

from dossiers.models import Event
from dossiers.moves import Action

BULLET = re.compile(r"^(?:[-–—•*+]|\d{1,2}[.)])\s+")


def context(event: Event) -> dict[str, Any]:
    return {
        "lines": numbered_lines(event.note),
        "before_receipt": event.action == Action.REQUEST_INTAKE_SUPPLEMENT,
    }


def numbered_lines(text: str) -> list[str]:
    """Return the lines of a note without the numbers and dashes that its writer put before them."""
    return [BULLET.sub("", line.strip()) for line in text.splitlines() if line.strip()]
