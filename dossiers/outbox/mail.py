"""The channel of mails. The words are in templates/dossiers/outbox/."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from dossiers.models import OutboxJob
from dossiers.outbox import mail_server


def deliver(job: OutboxJob) -> None:
    """Send the mail of `job`.

    Raises what the mail server raised, and MailServerRests while it is left alone.
    """
    subject, body = compose(job)
    headers = {
        # The same each time: a mail server can tell that a repeated delivery is the same mail.
        "Message-ID": f"<notification-{job.pk}@{urlsplit(settings.SITE_URL).hostname}>",
        # No "out of office" comes back.
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMessage(subject, body, to=[job.recipient], headers=headers)
    with mail_server.attempt():
        message.send()


def compose(job: OutboxJob) -> tuple[str, str]:
    """Return subject and body; whatever the names in it hold, the subject is one line."""
    event = job.event
    assert event is not None  # noqa: S101 - a constraint of the table says so
    dossier = event.dossier
    context = {
        "dossier": dossier,
        "name": " ".join(dossier.applicant_name.split()),
        "event": event,
        "facts": event.facts,
        "authority": settings.AUTHORITY,
        "due_at": event.facts.due_at,
    }
    with translation.override(settings.LANGUAGE_CODE):
        context["link"] = settings.SITE_URL + dossier.get_absolute_url()
        subject = render_to_string(f"dossiers/outbox/{job.letter}.subject.txt", context)
        body = render_to_string(f"dossiers/outbox/{job.letter}.body.txt", context)
    return " ".join(subject.split()), body
