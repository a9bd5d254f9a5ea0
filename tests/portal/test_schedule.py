"""What is deleted by the clock: what nobody needs, and nothing of a dossier that was sent."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.utils import timezone

from dossiers.models import Attachment, OutboxJob
from dossiers.moves import Queue
from dossiers.outbox.queue import TASK_FOR
from dossiers.states import State
from portal import schedule
from portal.celery import app as celery_app
from tests.dossiers.factories import DossierFactory, attach
from tests.payments.factories import GatewayMessageFactory, PaymentFactory, call, signed_message

pytestmark = pytest.mark.django_db


def test_clear_expired_sessions_keeps_those_that_live():
    for expiry in (-60, 3600):
        session = SessionStore()
        session.set_expiry(expiry)
        session.save()
    schedule.clear_expired_sessions()
    assert Session.objects.get().expire_date > timezone.now()


def test_nothing_that_belongs_to_a_sent_dossier_is_ever_deleted(citizen, time_machine):
    draft = DossierFactory(state=State.DRAFT)
    attach(draft, "giay-to-khac")
    attach(DossierFactory(state=State.SUPPLEMENT, owner=citizen), "giay-to-khac")
    payment = PaymentFactory()
    call(signed_message(payment))
    forgery = GatewayMessageFactory(signature_ok=False)
    draft_files = set(draft.attachments.values_list("pk", flat=True))
    checks = set(OutboxJob.objects.filter(attachment__in=draft_files).values_list("pk", flat=True))
    before = rows()

    kept = {attachment.file.name for attachment in Attachment.objects.exclude(dossier=draft)}
    assert kept

    now = timezone.now() + timedelta(days=10 * 365)
    for hour in range(24):
        time_machine.move_to(now + timedelta(hours=hour), tick=False)
        run_what_the_clock_runs()

    assert all(default_storage.exists(name) for name in kept)
    gone = before - rows()
    assert gone == {
        ("Dossier", draft.pk),
        *(("Attachment", pk) for pk in draft_files),
        *(("OutboxJob", pk) for pk in checks),
        ("GatewayMessage", forgery.pk),
    }


def run_what_the_clock_runs() -> None:
    celery_app.loader.import_default_modules()
    for entry in celery_app.conf.beat_schedule.values():
        celery_app.tasks[entry["task"]]()


def test_tasks_of_the_outbox_are_there_and_a_worker_serves_what_names_no_queue():
    celery_app.loader.import_default_modules()
    assert set(TASK_FOR.values()) <= set(celery_app.tasks)
    assert celery_app.conf.task_default_queue in Queue.values


def rows() -> set[tuple[str, int]]:
    """Every row of dossiers, payments and people, but for the counts of attempts."""
    models = [
        model
        for app in ("dossiers", "payments", "portal")
        for model in apps.get_app_config(app).get_models()
        if model.__name__ != "AttemptCount"
    ]
    return {
        (model.__name__, pk)
        for model in models
        for pk in model._default_manager.values_list("pk", flat=True)
    }
