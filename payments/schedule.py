"""What happens by the clock; the table is in portal/celery.py."""

from celery import shared_task

from payments import inbox, ledger


@shared_task
def sweep() -> int:
    """Expire what nobody finished, show staff the money of ended dossiers, forget old forgeries.

    May run twice.

    Returns how many payments expired.
    """
    expired = ledger.expire_stale()
    ledger.flag_ended()
    inbox.delete_old_forgeries()
    return expired
