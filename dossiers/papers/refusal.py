"""Form 03: refusal to receive or to decide a dossier (Circular 01/2018/TT-VPCP)."""

from typing import Any

from dossiers.models import Event
from dossiers.moves import Action


def context(event: Event) -> dict[str, Any]:
    return {"before_receipt": event.action == Action.REFUSE}
