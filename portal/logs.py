"""What may stand in the log: no tracking code, and of refused requests no more than needed."""

import logging
import re
import threading
from http import HTTPStatus

from dossiers.codes import ALPHABET

# However it was typed into an address: with dashes, spaces or nothing between the groups.
_CODE = re.compile(
    rf"(?<![A-Z0-9]){r'(?:%20|[-._ ])?'.join([rf'[{ALPHABET}]{{4}}'] * 3)}(?![A-Z0-9])",
    re.IGNORECASE,
)


class HideCodes(logging.Filter):
    """Replace tracking codes: with one, a reader of the log could follow a stranger's dossier."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        hidden = _CODE.sub("****-****-****", text)
        if hidden != text:
            record.msg, record.args = hidden, ()
        return True


class ShortRefusals(logging.Filter):
    """Keep a refused request to one short line, and a flood of them to a few lines a minute.

    Django logs a false Host header as an error with its traceback: any stranger could fill the log
    and hide true errors in it. What is answered with 5xx is not touched.
    """

    MAX_LENGTH = 200
    MAX_PER_MINUTE = 10
    LOGGERS = ("django.request", "django.security")

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: dict[str, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", 500)
        if status >= 500 or not record.name.startswith(self.LOGGERS):
            return True

        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        text = record.getMessage()
        if len(text) > self.MAX_LENGTH:
            record.msg, record.args = f"{text[: self.MAX_LENGTH]}…", ()
        return status != HTTPStatus.BAD_REQUEST or self._is_within_limit(record)

    def _is_within_limit(self, record: logging.LogRecord) -> bool:
        """Count the lines of this logger in this minute; the last one says that more may come."""
        minute = int(record.created // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            count = self._counts.get(record.name, 0) + 1
            self._counts[record.name] = count
        if count == self.MAX_PER_MINUTE:
            text = f"{record.getMessage()} (the rest of this minute is not logged)"
            record.msg, record.args = text, ()
        return count <= self.MAX_PER_MINUTE
