"""Payments for tests, made through the ledger, and the gateway's words.

Signed as the gateway signs them.
"""

import factory
from django.conf import settings

from dossiers.states import State
from payments import inbox, ledger
from payments.gateways import default_gateway, vnpay
from payments.gateways.base import Message, Outcome
from payments.models import GatewayMessage, LedgerEntry, Payment
from tests.dossiers.factories import DossierFactory
from tests.services.factories import ServiceFactory

FEE = 100_000


def paid_dossier(state: State = State.SUBMITTED, **fields):
    """A level-4 dossier that owes FEE (and 50.000 đ more from AWAITING_PAYMENT on)."""
    return DossierFactory(service=ServiceFactory(paid=True), state=state, **fields)


class PaymentFactory(factory.django.DjangoModelFactory):
    """The open payment of a dossier that owes FEE."""

    class Meta:
        model = Payment

    dossier = factory.LazyFunction(paid_dossier)

    @classmethod
    def _create(cls, model_class, *args, dossier, **options):
        return open_payment(dossier, **options)


class LedgerEntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LedgerEntry

    payment = factory.SubFactory(PaymentFactory)
    kind = LedgerEntry.Kind.CHARGE
    amount = FEE


class GatewayMessageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = GatewayMessage

    provider = "mock"
    kind = GatewayMessage.Kind.IPN
    raw = factory.Sequence(lambda n: f"vnp_TxnRef=HS{n}")
    digest = factory.LazyAttribute(lambda message: GatewayMessage.digest_of(message.raw))
    signature_ok = True


def open_payment(dossier, **options) -> Payment:
    """Open a payment through the provider of new payments."""
    return ledger.open_payment(dossier, default_gateway(), **options)


def call(raw: str) -> Outcome:
    """What comes of a provider's call."""
    return inbox.receive_call(default_gateway(), raw)


def entries_of(payment: Payment) -> dict[str, int]:
    """The ledger entries of a payment, by kind."""
    return dict(payment.entries.values_list("kind", "amount"))


def reloaded(row):
    """The row as the database has it now."""
    return type(row).objects.get(pk=row.pk)


def message_fields(
    payment: Payment, code: str = "00", status: str | None = None, **changes: str
) -> dict[str, str]:
    """What the gateway says of a payment, unsigned."""
    fields = {
        "vnp_TmnCode": settings.VNPAY["TMN_CODE"],
        "vnp_TxnRef": payment.reference,
        "vnp_Amount": vnpay.write_amount(payment.amount),
        "vnp_OrderInfo": "Thu phi ho so",
        "vnp_BankCode": "NCB",
        "vnp_BankTranNo": "",
        "vnp_PayDate": "20260105090512",
        "vnp_ResponseCode": code,
        "vnp_TransactionNo": "14226112",
        "vnp_TransactionStatus": status if status is not None else ("00" if code == "00" else "02"),
    }
    return {**fields, **changes}


def signed_message(
    payment: Payment, code: str = "00", status: str | None = None, **changes: str
) -> str:
    """What the gateway says of a payment, as a signed query string."""
    return vnpay.signed_query(
        message_fields(payment, code, status, **changes), settings.VNPAY["HASH_SECRET"]
    )


def message(
    payment: Payment, code: str = "00", status: str | None = None, **changes: str
) -> Message:
    """What the gateway says of a payment, read and verified."""
    read = default_gateway().read(signed_message(payment, code, status, **changes))
    assert read is not None
    return read
