"""The minute's sweep."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments import inbox, ledger, schedule
from payments.models import GatewayMessage, Payment
from payments.states import PaymentState
from tests.payments.factories import GatewayMessageFactory, PaymentFactory

pytestmark = pytest.mark.django_db


def test_the_sweep_expires_what_nobody_finished():
    long_ago = timezone.now() - ledger.GRACE - timedelta(minutes=16)
    stale, fresh = PaymentFactory(now=long_ago), PaymentFactory()
    assert schedule.sweep() == 1
    assert dict(Payment.objects.values_list("pk", "state")) == {
        stale.pk: PaymentState.EXPIRED,
        fresh.pk: PaymentState.OPEN,
    }


def test_the_sweep_forgets_old_forgeries():
    GatewayMessageFactory(signature_ok=False, received_at=timezone.now() - inbox.KEEP_FORGERIES - timedelta(hours=1))
    schedule.sweep()
    assert not GatewayMessage.objects.exists()


def test_a_second_sweep_finds_nothing_more():
    PaymentFactory(now=timezone.now() - timedelta(days=1))
    assert [schedule.sweep(), schedule.sweep()] == [1, 0]
