"""Sentences for the next page, kept in a cookie that this host alone can set."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    cookie_name = f"{settings.COOKIE_PREFIX}messages"


class MessageStorage(FallbackStorage):
    """In the cookie, and in the session where they are too long for one."""

    storage_classes = (HostCookieStorage, SessionStorage)
