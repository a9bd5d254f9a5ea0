"""The backend: Django's own for PostgreSQL, with the deadlines of this process."""

from time import monotonic
from typing import Any

from django.db.backends.postgresql import base

from portal.database import deadlines, driver
from portal.database.breaker import breaker

QUICK_SECONDS = 1  # a refusal that comes so soon keeps nobody waiting


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is opened with the deadlines, and not while the breaker is open."""

    Database = driver

    def get_connection_params(self) -> dict[str, Any]:
        """Add the limits that PostgreSQL keeps; `options` of DATABASE_URL come after and win."""
        parameters = super().get_connection_params()
        ours = deadlines.startup_options(deadlines.current())
        options = f"{ours} {parameters.get('options', '')}".strip()
        if options:
            parameters["options"] = options
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect. Raises OperationalError at once while the database is known not to answer."""
        rest = deadlines.current().rest
        breaker.check(rest)
        started = monotonic()
        try:
            connection = super().get_new_connection(conn_params)
        except driver.OperationalError:
            if monotonic() - started > QUICK_SECONDS:
                breaker.open(rest)
            else:
                breaker.close()
            raise
        breaker.close()
        return connection

    def is_usable(self) -> bool:
        """Whether the connection may be used; not asked while the database does not answer."""
        return not breaker.is_open and super().is_usable()
