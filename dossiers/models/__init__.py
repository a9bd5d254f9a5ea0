from dossiers.models.attachment import Attachment
from dossiers.models.counters import AttemptCount, Counter
from dossiers.models.dossier import CLOCK_RUNNING, Dossier
from dossiers.models.event import Event
from dossiers.models.outbox import Document, OutboxJob

__all__ = [
    "CLOCK_RUNNING",
    "Attachment",
    "AttemptCount",
    "Counter",
    "Document",
    "Dossier",
    "Event",
    "OutboxJob",
]
