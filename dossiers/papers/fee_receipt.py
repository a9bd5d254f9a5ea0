"""The receipt for a fee that was paid."""

from typing import Any

from dossiers.facts import PaymentReceived
from dossiers.models import Event
from dossiers.papers.money_in_words import dong


def context(event: Event) -> dict[str, Any]:
    facts = event.facts
    assert isinstance(facts, PaymentReceived)  # noqa: S101 - the table of moves says so
    return {"in_words": dong(facts.amount)}
