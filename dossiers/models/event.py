"""What happened to a dossier: the timeline, and what each move decided."""

from functools import cached_property

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dossiers.facts import Facts
from dossiers.models.dossier import Dossier
from dossiers.moves import MOVES, Action, Move
from dossiers.states import STATE_CHOICES
from services.append_only import AppendOnly


class Event(AppendOnly):
    """One move of a dossier, written by `workflow` in the same transaction."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="events")
    action = models.CharField(max_length=32)
    from_state = models.CharField(max_length=24, choices=STATE_CHOICES)
    to_state = models.CharField(max_length=24, choices=STATE_CHOICES)
    role = models.CharField(max_length=10)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True)
    # The facts of the move as JSON; read them through `facts`.
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("sự kiện")
        verbose_name_plural = _("diễn biến")
        indexes = [models.Index(fields=["dossier", "id"], name="event_timeline")]

    def __str__(self) -> str:
        return f"{self.dossier} · {self.action}"

    @property
    def move(self) -> Move:
        return MOVES[Action(self.action)]

    @cached_property
    def facts(self) -> Facts:
        """What the move decided, as its own dataclass."""
        return self.move.facts_class.from_json(self.data)
