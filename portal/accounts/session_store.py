"""Sessions in the database. Django loads this module by the name in SESSION_ENGINE."""

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import OperationalError


class SessionStore(DatabaseSessionStore):
    """Tells a database that cannot be reached from a session that was deleted meanwhile.

    Django takes both for the latter and answers 400; the former is a 503.
    """

    def save(self, must_create: bool = False) -> None:
        """Save the session; raise OperationalError where the database is lost."""
        try:
            super().save(must_create)
        except UpdateError as error:
            cause = error.__context__
            if isinstance(cause, OperationalError):
                raise cause from None
            raise
