"""psycopg as Django wants it, except that a connection waits no longer than `deadlines.answer`."""

import time
from typing import Any

import psycopg
from psycopg import *  # noqa: F403 - Django wants all of a driver from one module
from psycopg.abc import RV, PQGen

from portal.database import deadlines
from portal.database.breaker import breaker


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is closed when the server does not answer in time.

    PostgreSQL's own timeouts do not help where the server is paused: its kernel goes on
    acknowledging, and nothing comes.
    """

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer as psycopg does. Raises OperationalError after the deadline."""
        seconds = deadlines.current().answer
        if timeout is not None or not seconds:
            return super().wait(gen, interval, timeout)

        started = time.monotonic()
        try:
            return super().wait(gen, interval, seconds)
        except psycopg.OperationalError as error:
            if time.monotonic() - started < seconds:
                raise
            # The answer may still come and would be taken for that of the next statement.
            self.pgconn.finish()
            breaker.open(deadlines.current().rest)
            raise psycopg.OperationalError(f"no answer within {seconds} seconds") from error


connect = BoundedConnection.connect
