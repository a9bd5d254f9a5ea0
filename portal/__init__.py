"""The project: settings, addresses, accounts, the Celery app. Knows the other rooms; none of them knows it."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
