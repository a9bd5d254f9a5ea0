"""Form 01: receipt of a dossier and appointment for the result (Circular 01/2018/TT-VPCP)."""

from typing import Any

from dossiers.models import Event


def context(event: Event) -> dict[str, Any]:
    return {}
