"""What happened to a dossier: the timeline, and what each move decided."""

from datetime import datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossier import Dossier
from dossiers.states import State
from services.append_only import AppendOnly


class Event(AppendOnly):
    """One thing that happened to a dossier: the timeline, written by `workflow` in the same transaction."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="events")
    action = models.CharField(max_length=32)
    from_state = models.CharField(max_length=24, choices=State.choices)
    to_state = models.CharField(max_length=24, choices=State.choices)
    role = models.CharField(max_length=10)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True)
    # What the move decided, copied: later moves change the dossier, never what a paper or the timeline said.
    data = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("sự kiện")
        verbose_name_plural = _("diễn biến")
        indexes = [models.Index(fields=["dossier", "id"], name="event_timeline")]

    def __str__(self) -> str:
        return f"{self.dossier} · {self.action}"

    def moment(self, name: str) -> datetime | None:
        """Return a time of `data`, which is an ISO text once it has been through the database; None without one."""
        at = self.data.get(name)
        return parse_datetime(at) if isinstance(at, str) else at

    @property
    def due_at(self) -> datetime | None:
        """The promised time as it stood after this event."""
        return self.moment("due_at")
