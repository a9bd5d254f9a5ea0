"""What became of the dossiers whose senders saw the confirmation page."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dossiers.models import Document, Dossier, Event, OutboxJob
from dossiers.moves import Action


@dataclass(frozen=True)
class Audit:
    """Sentences for each thing lost and each thing doubled; both are empty when all is well."""

    lost: list[str]
    doubled: list[str]


def audit(acknowledged: Sequence[str], mails: Counter[str]) -> Audit:
    """Compare the dossiers of these tracking codes with the database, the files and the mails."""
    lost: list[str] = []
    doubled: list[str] = []
    dossiers = Dossier.objects.sent().filter(tracking_code__in=acknowledged)
    lost += [f"{len(acknowledged) - len(dossiers)} dossiers"] * (len(dossiers) < len(acknowledged))
    for dossier in dossiers:
        sendings = Event.objects.filter(dossier=dossier, action=Action.SUBMIT).count()
        doubled += ["an event"] * (sendings > 1)
        lost += ["an event"] * (sendings < 1)
        lost += lost_papers(dossier)
        lost += lost_mails(dossier, mails)
        doubled += doubled_mails(dossier, mails)
    return Audit(lost, doubled)


def lost_papers(dossier: Dossier) -> list[str]:
    """Every paper has its file, and the file is the one that was printed."""
    documents = Document.objects.filter(dossier=dossier)
    missing = [] if documents else ["a paper"]
    for document in documents:
        if not document.is_ready:
            missing.append("a paper")
            continue
        with document.file.open("rb") as file:
            same = hashlib.sha256(file.read()).hexdigest() == document.sha256
        missing += [] if same else ["a paper"]
    return missing


def lost_mails(dossier: Dossier, mails: Counter[str]) -> list[str]:
    return ["a mail"] * sum(1 for pk in mail_jobs(dossier) if not deliveries(pk, mails))


def doubled_mails(dossier: Dossier, mails: Counter[str]) -> list[str]:
    return ["a mail"] * sum(1 for pk in mail_jobs(dossier) if deliveries(pk, mails) > 1)


def mail_jobs(dossier: Dossier) -> list[int]:
    jobs = OutboxJob.objects.filter(event__dossier=dossier, channel=OutboxJob.Channel.MAIL)
    return list(jobs.values_list("pk", flat=True))


def deliveries(job_pk: int, mails: Counter[str]) -> int:
    start = f"<notification-{job_pk}@"
    return sum(number for message_id, number in mails.items() if message_id.startswith(start))


def unfinished(trackings: Sequence[str]) -> int:
    """Return how many jobs of these dossiers are not done."""
    jobs = OutboxJob.objects.filter(event__dossier__tracking_code__in=trackings)
    return jobs.exclude(status=OutboxJob.Status.DONE).count()
