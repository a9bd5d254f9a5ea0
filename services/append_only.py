"""Rows that are written once: events, ledger entries."""

from typing import Any, NoReturn

from django.db import models


class AppendOnly(models.Model):
    """A model whose rows are never changed or deleted.

    Raises TypeError where code tries. A trigger of the table refuses UPDATE and DELETE as well;
    each table gets its trigger in a migration of its app.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{type(self).__name__} rows are never deleted")
