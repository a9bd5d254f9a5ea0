"""What comes in a provider's name: kept word for word first, then given to the ledger.

A message is committed before anything is done about it, so that it outlives whatever goes wrong
after.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dossiers import throttle
from payments import ledger
from payments.gateways.base import Gateway, Message, Outcome, Verdict
from payments.models import MAX_RAW, GatewayMessage, Payment

log = logging.getLogger(__name__)

# Anybody can send forgeries: they are kept long enough to be looked into, and no longer.
KEEP_FORGERIES = timedelta(days=30)
# Of one signed text in a day; a provider calls again about ten times.
MAX_COPIES = 100


def receive_call(gateway: Gateway, raw: str, *, network: str = "") -> Outcome:
    """Keep a provider's call, act on it, and return what came of it.

    `network` is the sender's, for the limit of forgeries. Raises DatabaseError when the call cannot
    even be kept.
    """
    message = read(gateway, raw)
    if not _may_keep(message, raw, network):
        return settle(message) if message is not None else Outcome.BAD_SIGNATURE

    kept = keep(gateway, GatewayMessage.Kind.IPN, raw, message)
    if message is None:
        outcome = Outcome.BAD_SIGNATURE
    else:
        outcome = settle(message)
    GatewayMessage.objects.filter(pk=kept.pk).update(outcome=outcome)
    return outcome


def receive_return(gateway: Gateway, raw: str, *, network: str = "") -> Message | None:
    """Keep what a browser brought back; return its message if the provider signed it."""
    message = read(gateway, raw)
    if _may_keep(message, raw, network):
        keep(gateway, GatewayMessage.Kind.RETURN, raw, message)
    return message


def _may_keep(message: Message | None, raw: str, network: str) -> bool:
    """Whether a message may be stored.

    What a provider signed is stored, the same text MAX_COPIES times a day: anybody who has it can
    send it again. Forgeries beyond the limits of their network and of all are only counted.
    """
    if message is not None:
        copies = throttle.add("copy", GatewayMessage.digest_of(raw), window=throttle.DAY)
        return _is_within(copies, MAX_COPIES, "copies of a signed message")

    forged = throttle.add("forgery", network, window=throttle.HOUR)
    if not _is_within(forged, settings.FORGERIES_PER_HOUR, "forgeries of one network"):
        return False
    # Only what its network's limit lets through: one network cannot use up what is for all.
    forged_by_all = throttle.add("forgeries of all", "", window=throttle.HOUR)
    return _is_within(forged_by_all, settings.MAX_FORGERIES_PER_HOUR, "forgeries of all networks")


def _is_within(count: int, limit: int, what: str) -> bool:
    """Whether `count` is within the limit; the first beyond it writes one line in the log."""
    if count == limit + 1:
        log.warning("more than %s %s: further ones are counted and not stored", limit, what)
    return count <= limit


def read(gateway: Gateway, raw: str) -> Message | None:
    """Return the verified message; None when it is badly signed, too long, or no answer at all."""
    message = gateway.read(raw) if len(raw) <= MAX_RAW else None
    return message and _storable(message)


def _storable(message: Message) -> Message:
    """Return the message without the one character that PostgreSQL neither keeps nor looks up.

    Only after its signature was verified, which covers that character.
    """
    return replace(
        message,
        reference=without_nul(message.reference),
        code=without_nul(message.code),
        gateway_reference=without_nul(message.gateway_reference),
        bank_code=without_nul(message.bank_code),
    )


def without_nul(text: str) -> str:
    return text.replace("\x00", "�")


def settle(message: Message) -> Outcome:
    try:
        return ledger.settle(message)
    except Exception:  # whatever failed, the provider must be asked to call again
        log.exception("a provider's call could not be written down")
        return Outcome.ERROR


def keep(
    gateway: Gateway, kind: GatewayMessage.Kind, raw: str, message: Message | None
) -> GatewayMessage:
    """Write the row of a message; a return is kept once, however often it is reloaded."""
    text = without_nul(raw)
    payment = None
    if message is not None:
        payment = Payment.objects.about(message).first()
    row = GatewayMessage(
        provider=gateway.provider,
        kind=kind,
        raw=text[:MAX_RAW],
        digest=GatewayMessage.digest_of(text),
        signature_ok=message is not None,
        says_paid=message is not None and message.verdict == Verdict.PAID,
        payment=payment,
    )
    if kind == GatewayMessage.Kind.RETURN:
        GatewayMessage.objects.bulk_create([row], ignore_conflicts=True)
    else:
        row.save()
    return row


@transaction.atomic
def delete_old_forgeries(*, now: datetime | None = None) -> int:
    """Delete messages without a true signature; return how many.

    Those older than KEEP_FORGERIES go, and of the others all but the latest MAX_KEPT_FORGERIES.
    """
    limit = (now or timezone.now()) - KEEP_FORGERIES
    forged = GatewayMessage.objects.filter(signature_ok=False)
    newest_first = forged.order_by("-pk").values_list("pk", flat=True)
    beyond = newest_first[settings.MAX_KEPT_FORGERIES : settings.MAX_KEPT_FORGERIES + 1]
    last_beyond = next(iter(beyond), None)
    too_old, _by_model = forged.filter(received_at__lt=limit).delete()
    if last_beyond is None:
        return too_old
    too_many, _by_model = forged.filter(pk__lte=last_beyond).delete()
    return too_old + too_many
