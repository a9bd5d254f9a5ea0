"""Keeps tracking codes out of the log."""

import logging
import re

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
