"""What is deleted by the clock: what nobody needs, and nothing of a dossier that was sent."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from dossiers import schedule as dossier_schedule
from dossiers.models import OutboxJob
from dossiers.states import State
from payments import schedule as payment_schedule
from portal import schedule
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
    DossierFactory(state=State.SUPPLEMENT, owner=citizen)
    payment = PaymentFactory()
    call(signed_message(payment))
    forgery = GatewayMessageFactory(signature_ok=False)
    draft_files = set(draft.attachments.values_list("pk", flat=True))
    checks = set(OutboxJob.objects.filter(attachment__in=draft_files).values_list("pk", flat=True))
    before = rows()

    time_machine.move_to(timezone.now() + timedelta(days=10 * 365))
    dossier_schedule.forget_old_drafts()
    dossier_schedule.forget_old_attempts()
    payment_schedule.sweep()
    schedule.clear_expired_sessions()
    schedule.forget_unconfirmed_accounts()

    gone = before - rows()
    assert gone == {
        ("Dossier", draft.pk),
        *(("Attachment", pk) for pk in draft_files),
        *(("OutboxJob", pk) for pk in checks),
        ("GatewayMessage", forgery.pk),
    }


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
