"""What happens by the clock; the table is in portal/celery.py."""

from celery import shared_task

from payments import inbox, ledger


@shared_task
def sweep() -> int:
    """Expire open payments, flag the money of ended dossiers, delete old forgeries. Idempotent.

    Returns how many payments expired.
    """
    expired = ledger.expire_stale()
    ledger.flag_ended()
    inbox.delete_old_forgeries()
    return expired
