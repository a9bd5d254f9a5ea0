"""The Celery app and the schedule of everything that runs by the clock."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="schedule")
app.autodiscover_tasks(["dossiers.outbox", "payments.gateways.mock"])
app.autodiscover_tasks(["dossiers.outbox"], related_name="schedule")

app.conf.beat_schedule = {
    # Mail and papers whose task was lost by the broker or held by a worker that died.
    "sweep-dossiers": {"task": "dossiers.outbox.schedule.sweep", "schedule": 30.0},
    "sweep-payments": {"task": "payments.schedule.sweep", "schedule": 60.0},
    "forget-old-drafts": {
        "task": "dossiers.schedule.forget_old_drafts",
        "schedule": crontab(hour=2, minute=30),
    },
    "forget-old-attempts": {
        "task": "dossiers.schedule.forget_old_attempts",
        "schedule": crontab(hour=3, minute=0),
    },
    "delete-orphaned-files": {
        "task": "dossiers.schedule.delete_orphaned_files",
        "schedule": crontab(minute=45),
    },
}
