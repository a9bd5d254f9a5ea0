"""Numbers of books, and counts of attempts."""

import hashlib

from django.conf import settings
from django.db import models


class Counter(models.Model):
    """The last number given in a book in a period.

    `workflow` locks its row while a number is taken.
    """

    book = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "period"], name="one_counter_per_book_and_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.period}: {self.last}"


class AttemptCount(models.Model):
    """How often one thing was done by, or tried against, one name; `throttle` alone writes it.

    Holds digests only.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveBigIntegerField()
    # The next try is allowed from then on; in the past where tries are counted and not delayed.
    blocked_until = models.DateTimeField()
    # From then on the row counts for nothing.
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="attempt_count_expired")]

    def __str__(self) -> str:
        return f"{self.expires_at:%Y-%m-%d %H:%M}: {self.count}"

    @staticmethod
    def digest_of(kind: str, value: str) -> str:
        """Return a keyed digest, so that the table tells neither addresses nor codes nor names."""
        return hashlib.blake2b(
            f"{kind}:{value}".encode("utf-8", "replace"), key=settings.SECRET_KEY.encode()[:64]
        ).hexdigest()[:64]
