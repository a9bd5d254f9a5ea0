"""The project: settings, addresses, accounts, the Celery app. No other package imports it."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
