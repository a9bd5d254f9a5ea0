from dossiers.models.attachment import ATTACHMENTS_FOLDER, Attachment
from dossiers.models.counters import AttemptCount, Counter
from dossiers.models.dossier import CLOCK_RUNNING, Dossier
from dossiers.models.event import Event
from dossiers.models.outbox import DOCUMENTS_FOLDER, Document, OutboxJob

__all__ = [
    "ATTACHMENTS_FOLDER",
    "CLOCK_RUNNING",
    "DOCUMENTS_FOLDER",
    "Attachment",
    "AttemptCount",
    "Counter",
    "Document",
    "Dossier",
    "Event",
    "OutboxJob",
]
