"""How things are said to the applicant: one row per mail, then the mail. Words are in templates/dossiers/outbox/."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation

from dossiers.models import Event, Notification


def record(event: Event, message: str) -> list[Notification]:
    """Write the rows for what `event` must tell; none when there is nothing to say or no address to say it to."""
    recipient = event.dossier.email
    if not message or not recipient:
        return []
    return [Notification.objects.create(event=event, message=message, recipient=recipient)]


def deliver(notification: Notification) -> None:
    """Send the mail and mark the row done; raises what the mail server raised."""
    subject, body = compose(notification)
    headers = {
        # The same each time: a mail server can tell that a repeated delivery is the same mail.
        "Message-ID": f"<notification-{notification.pk}@{urlsplit(settings.SITE_URL).hostname}>",
        # No "out of office" comes back.
        "Auto-Submitted": "auto-generated",
    }
    EmailMessage(subject, body, to=[notification.recipient], headers=headers).send()
    notification.status = Notification.Status.DONE
    notification.done_at = timezone.now()
    notification.error = ""
    notification.save(update_fields=["status", "done_at", "error"])


def compose(notification: Notification) -> tuple[str, str]:
    """Return the subject and the body of a mail; whatever the names in it hold, the subject is one line."""
    event = notification.event
    dossier = event.dossier
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "dossier": dossier,
            "name": " ".join(dossier.applicant_name.split()),
            "event": event,
            "authority": settings.AUTHORITY,
            "link": settings.SITE_URL + dossier.get_absolute_url(),
            "due_at": event.due_at,
        }
        subject = render_to_string(f"dossiers/outbox/{notification.message}.subject.txt", context)
        body = render_to_string(f"dossiers/outbox/{notification.message}.body.txt", context)
    return " ".join(subject.split()), body
