"""What may not be written to a log."""

import logging
import re

from dossiers.codes import ALPHABET

_CODE = re.compile(
    rf"(?<![{ALPHABET}])[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}(?![{ALPHABET}])", re.IGNORECASE
)


class HideCodes(logging.Filter):
    """Blot out tracking codes: who reads the log could open the course of a stranger's dossier with one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record's text where it holds a code; every record passes."""
        text = record.getMessage()
        hidden = _CODE.sub("****-****-****", text)
        if hidden != text:
            record.msg, record.args = hidden, ()
        return True
