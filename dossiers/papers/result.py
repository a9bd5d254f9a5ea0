"""The result, in the layout of Decree 30/2020/NĐ-CP."""

from typing import Any

from dossiers.facts import Approved
from dossiers.models import Event


def context(event: Event) -> dict[str, Any]:
    facts = event.facts
    assert isinstance(facts, Approved)  # noqa: S101 - the table of moves says so
    return {"is_decision": facts.title.casefold().startswith("quyết định")}
