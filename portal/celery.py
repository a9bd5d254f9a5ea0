"""The Celery app and the schedule of everything that runs by the clock."""

import logging
import os
import warnings

from celery import Celery
from celery.exceptions import CPendingDeprecationWarning
from celery.schedules import crontab
from celery.signals import worker_init, worker_ready

from portal.database import deadlines

log = logging.getLogger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# A task goes on when the connection to the broker is lost, and a message that comes a second time
# finds its row done. Each loss would be told in ten lines.
warnings.filterwarnings(
    "ignore", category=CPendingDeprecationWarning, module=r"celery\.worker\.consumer"
)

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="schedule")
app.autodiscover_tasks(["dossiers.outbox", "payments.gateways.mock"])
app.autodiscover_tasks(["dossiers.outbox"], related_name="schedule")

app.conf.beat_schedule = {
    # Mail and papers whose task was lost by the broker or held by a worker that died.
    # Without a worker they would pile up: what is not done by the next turn is not done at all.
    "sweep-dossiers": {
        "task": "dossiers.outbox.schedule.sweep",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "sweep-payments": {
        "task": "payments.schedule.sweep",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "forget-old-drafts": {
        "task": "dossiers.schedule.forget_old_drafts",
        "schedule": crontab(hour=2, minute=30),
    },
    "forget-old-attempts": {
        "task": "dossiers.schedule.forget_old_attempts",
        "schedule": crontab(hour=3, minute=0),
    },
    "clear-expired-sessions": {
        "task": "portal.schedule.clear_expired_sessions",
        "schedule": crontab(hour=3, minute=10),
    },
    "forget-unconfirmed-accounts": {
        "task": "portal.schedule.forget_unconfirmed_accounts",
        "schedule": crontab(hour=3, minute=20),
    },
    "delete-orphaned-files": {
        "task": "dossiers.schedule.delete_orphaned_files",
        "schedule": crontab(minute=45),
    },
}


@worker_init.connect
def use_worker_deadlines(**kwargs) -> None:
    """Let a worker wait for the database as long as a task may take, and no longer."""
    deadlines.use(deadlines.WORKER)


@worker_ready.connect
def tell_what_papers_lack(**kwargs) -> None:
    """Log a font that lacks letters: Celery runs the system checks at start and tells nobody.

    The worker goes on, since mails need no font; each paper asks the font again.
    """
    from services.checks import papers_can_be_printed  # needs Django, which a worker sets up

    for message in papers_can_be_printed(None):
        log.critical("%s", message)
