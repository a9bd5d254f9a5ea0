"""Numbers of books, and counts of failed attempts."""

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


class FailedAttempt(models.Model):
    """How often a lookup from one address, or an unlock of one code, failed in one hour.

    Holds digests only.
    """

    digest = models.CharField(max_length=64)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "hour"], name="one_attempt_row_per_hour")
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}h: {self.count}"

    @staticmethod
    def digest_of(kind: str, value: str) -> str:
        """Return a keyed digest, so that the table tells neither addresses nor codes."""
        return hashlib.blake2b(
            f"{kind}:{value}".encode(), key=settings.SECRET_KEY.encode()[:64]
        ).hexdigest()[:64]
