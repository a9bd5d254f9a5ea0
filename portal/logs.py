"""What may not be written to a log."""

import logging
import re

from dossiers.codes import ALPHABET

# However it was typed into an address: with dashes, spaces or nothing between the groups.
_CODE = re.compile(
    rf"(?<![A-Z0-9]){r'(?:%20|[-._ ])?'.join([rf'[{ALPHABET}]{{4}}'] * 3)}(?![A-Z0-9])",
    re.IGNORECASE,
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
