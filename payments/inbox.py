"""What comes in the gateway's name: kept word for word first, then read, then handed to the ledger.

A message is written and committed before anything is done about it, so that it outlives whatever goes wrong after.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from payments import gateway, ledger
from payments.gateway import Answer, Message, Verdict
from payments.models import RAW_LIMIT, GatewayMessage, Payment

log = logging.getLogger(__name__)

# Anybody can send forgeries: they are kept long enough to be looked into, and no longer.
KEEP_FORGERIES = timedelta(days=30)


def read(raw: str) -> Message | None:
    """Return the verified message of a query string, or None: badly signed, too long, or no answer at all."""
    return gateway.read(raw, settings.VNPAY["HASH_SECRET"]) if len(raw) <= RAW_LIMIT else None


def answer_ipn(raw: str) -> Answer:
    """Keep an IPN, act on it, and return what the gateway is answered; raises only when not even keeping it works."""
    message = read(raw)
    kept = _keep(GatewayMessage.Kind.IPN, raw, message)
    answer = Answer.BAD_SIGNATURE if message is None else _settle(message)
    GatewayMessage.objects.filter(pk=kept.pk).update(answer=answer)
    return answer


def _settle(message: Message) -> Answer:
    try:
        return ledger.settle(message)
    except (
        Exception
    ):  # whatever failed, the gateway must hear "again, please" and not an error page
        log.exception("an IPN could not be written down")
        return Answer.OTHER


def keep_return(raw: str) -> Message | None:
    """Keep what a browser brought back, once however often it is reloaded; return it if the gateway signed it."""
    message = read(raw)
    _keep(GatewayMessage.Kind.RETURN, raw, message)
    return message


def _keep(kind: GatewayMessage.Kind, raw: str, message: Message | None) -> GatewayMessage:
    # A NUL is the one character that PostgreSQL does not keep.
    text = raw.replace("\x00", "�")
    row = GatewayMessage(
        kind=kind,
        raw=text[:RAW_LIMIT],
        digest=GatewayMessage.digest_of(text),
        signature_ok=message is not None,
        says_paid=message is not None and message.verdict == Verdict.PAID,
        payment=Payment.objects.filter(txn_ref=message.txn_ref).first() if message else None,
    )
    if kind == GatewayMessage.Kind.RETURN:
        GatewayMessage.objects.bulk_create([row], ignore_conflicts=True)
    else:
        row.save()
    return row


@transaction.atomic
def forget_forgeries(*, now: datetime | None = None) -> int:
    """Delete messages without a true signature that are older than KEEP_FORGERIES; return how many."""
    limit = (now or timezone.now()) - KEEP_FORGERIES
    deleted, _by_model = GatewayMessage.objects.filter(
        signature_ok=False, received_at__lt=limit
    ).delete()
    return deleted
