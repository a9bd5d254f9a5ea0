from dossiers.models.attachment import Attachment
from dossiers.models.counters import Counter, FailedAttempt
from dossiers.models.dossier import CLOCK_RUNNING, Dossier
from dossiers.models.event import Event
from dossiers.models.outbox import Document, OutboxJob

__all__ = [
    "CLOCK_RUNNING",
    "Attachment",
    "Counter",
    "Document",
    "Dossier",
    "Event",
    "FailedAttempt",
    "OutboxJob",
]
