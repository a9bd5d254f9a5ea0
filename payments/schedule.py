"""What happens by the clock; the table is in portal/celery.py."""

from celery import shared_task

from payments import inbox, ledger


@shared_task
def sweep() -> int:
    """Expire the payments that nobody finished, forget old forgeries; returns how many expired. May run twice."""
    expired = ledger.expire_stale()
    inbox.forget_forgeries()
    return expired
