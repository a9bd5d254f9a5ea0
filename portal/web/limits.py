"""How much a request may bring, how long it may take, and what one process holds at once."""

import re
from dataclasses import dataclass

from django.conf import settings

# The pages that take files: steps of a draft, a supplement, and the admin of a service.
UPLOAD_PATHS = re.compile(
    r"(/en)?/(nop-ho-so/[^/]+/[^/]+/[0-9]+/|ho-so/[^/]+/bo-sung/)|/admin/services/service/.*",
)

# The pages that hash a password, which takes a quarter of a second.
PASSWORD_PATHS = re.compile(r"(/en)?/tai-khoan/.*")
PASSWORD_THREADS = 2  # of one process, beside those of the other pages

# A body may pause for so long, and must come this fast after its first seconds: what a telephone
# does on a bad line, but not a sender who wants to be slow. What came fast buys no longer pause.
MAX_PAUSE_SECONDS = 20
MIN_BYTES_PER_SECOND = 2_000

# Bodies that are arriving or being worked on, in one process. Each has so much in memory, and the
# rest in a temporary file.
MAX_BODY_MEMORY_BYTES = 256 * 1024
MAX_BODIES = 1000
MAX_BODIES_BYTES = 512 * 1024 * 1024
# Pages with files have no more than this part of both: whoever fills it stops no sign-in.
PART_FOR_FILES = 0.75

# A body over the limit is read to its end and thrown away up to this size, since a browser shows
# no answer before it has sent everything. Beyond it the connection is cut.
MAX_DISCARDED_BYTES = 128 * 1024 * 1024

# For how long a request may wait for a thread, and how many may.
MAX_WAIT_SECONDS = 4
MAX_WAITING = 100

# A reader that takes nothing of an answer for so long is cut off.
MAX_SEND_SECONDS = 30


@dataclass(frozen=True)
class BodyLimit:
    """How large the body of a request may be, and how long it may take to arrive."""

    max_bytes: int
    max_seconds: float
    takes_files: bool = False


def of_path(path: str) -> BodyLimit:
    """Return the limit for a path; pages that take no file take little."""
    if UPLOAD_PATHS.fullmatch(path):
        return BodyLimit(settings.UPLOAD_MAX_REQUEST_BYTES, max_seconds=30 * 60, takes_files=True)
    return BodyLimit(settings.REQUEST_MAX_BYTES, max_seconds=60)


def asks_password(path: str) -> bool:
    """Return whether what is posted to the path may have a password hashed."""
    return PASSWORD_PATHS.fullmatch(path) is not None
