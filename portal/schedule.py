"""What the portal itself deletes by the clock; the table of times is in portal/celery.py."""

from importlib import import_module

from celery import shared_task
from django.conf import settings

from portal.accounts import sign_up


@shared_task
def clear_expired_sessions() -> None:
    """Delete sessions that ended by themselves."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@shared_task
def forget_unconfirmed_accounts() -> int:
    """Delete sign-ups whose address nobody confirmed; return how many."""
    return sign_up.forget_unconfirmed()
