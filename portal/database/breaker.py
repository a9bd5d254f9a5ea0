"""A circuit breaker: not every thread waits in turn for a database that hung a moment ago."""

import threading
from time import monotonic

from django.db import OperationalError

PROBE_SECONDS = 5  # for so long one thread may try whether the database is back


class Breaker:
    """Closed while the database answers; open for a while after it did not."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open_until = 0.0

    def check(self, rest: float) -> None:
        """Raise OperationalError while the breaker is open; `rest` is 0 where there is none.

        When its time is over one thread is let through, the others only after it succeeded.
        """
        if not rest:
            return
        with self._lock:
            now = monotonic()
            if now < self._open_until:
                raise OperationalError("the database did not answer a moment ago")
            if self._open_until:
                self._open_until = now + PROBE_SECONDS

    @property
    def is_open(self) -> bool:
        return monotonic() < self._open_until

    def open(self, rest: float) -> None:
        """Note that the database did not answer."""
        with self._lock:
            self._open_until = monotonic() + rest if rest else 0.0

    def close(self) -> None:
        """Note that the database answers."""
        self._open_until = 0.0


breaker = Breaker()
