"""The minute's sweep."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dossiers.moves import Action
from dossiers.states import Role
from payments import inbox, ledger, schedule
from payments.models import GatewayMessage, Payment
from payments.states import PaymentState
from tests.dossiers.factories import DossierFactory, act
from tests.payments.factories import GatewayMessageFactory, PaymentFactory
from tests.portal.factories import UserFactory
from tests.services.factories import ServiceFactory

pytestmark = pytest.mark.django_db


def test_sweep_expires_what_nobody_finished():
    long_ago = timezone.now() - ledger.GRACE - timedelta(minutes=16)
    stale, fresh = PaymentFactory(now=long_ago), PaymentFactory()
    assert schedule.sweep() == 1
    assert dict(Payment.objects.values_list("pk", "state")) == {
        stale.pk: PaymentState.EXPIRED,
        fresh.pk: PaymentState.OPEN,
    }


def test_sweep_deletes_old_forgeries():
    GatewayMessageFactory(
        signature_ok=False, received_at=timezone.now() - inbox.KEEP_FORGERIES - timedelta(hours=1)
    )
    schedule.sweep()
    assert not GatewayMessage.objects.exists()


@pytest.mark.parametrize(
    ("action", "role", "flagged"),
    [
        (Action.WITHDRAW, Role.CITIZEN, True),
        (Action.REFUSE, Role.DESK, True),
        (Action.RECEIVE, Role.DESK, False),
    ],
)
def test_sweep_flags_the_money_of_a_withdrawn_or_refused_dossier(action, role, flagged):
    dossier = DossierFactory(service=ServiceFactory(paid=True))
    payment = ledger.record_cash(dossier, by=UserFactory(role=Role.DESK))
    act(dossier, action, role)
    schedule.sweep()
    payment.refresh_from_db()
    assert payment.needs_refund is flagged
    assert payment.entries.count() == 1


def test_sweep_is_idempotent():
    PaymentFactory(now=timezone.now() - timedelta(days=1))
    assert [schedule.sweep(), schedule.sweep()] == [1, 0]
