"""What a move leaves behind, and the moments at which tests make it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from dossiers.models import Attachment, Counter, Document, Dossier, Event, OutboxJob
from dossiers.moves import Action, NotAllowed
from dossiers.states import Role
from tests.dossiers.factories import act

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day: int, month: int, hour: int = 10, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def traces(dossier: Dossier) -> tuple:
    """Everything that a move could leave behind."""
    return (
        Dossier.objects.values().get(pk=dossier.pk),
        list(Attachment.objects.values()),
        Event.objects.count(),
        OutboxJob.objects.filter(channel="mail").count(),
        Document.objects.count(),
        list(Counter.objects.order_by("pk").values()),
        len(connection.run_on_commit),
    )


def refused(dossier: Dossier, action: Action, role: Role, **rest) -> str:
    """Try a move that must be refused without a trace; return the sentence that says why."""
    before = traces(dossier)
    with pytest.raises(NotAllowed) as refusal:
        act(dossier, action, role, **rest)
    assert traces(dossier) == before
    assert str(refusal.value).endswith((".", ")."))
    return str(refusal.value)
