"""Asks each part that the portal needs whether it works, within a deadline, whatever hangs.

Each part is asked by a thread of its own, and again only when the last answer is old: asking often
costs little, and a part that hangs holds one thread and no more.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.files.base import ContentFile
from django.db import connection, connections

from dossiers.models import Attachment, Document
from dossiers.models.attachment import ATTACHMENTS_FOLDER
from dossiers.models.outbox import DOCUMENTS_FOLDER
from dossiers.outbox import figures, queue

log = logging.getLogger(__name__)

LIMIT_SECONDS = 2.5
MAX_QUEUE_SECONDS = 15 * 60
FOLDERS = ((Attachment, ATTACHMENTS_FOLDER), (Document, DOCUMENTS_FOLDER))


@dataclass
class Part:
    """A part that the portal needs. `ask` raises what is wrong with it.

    An answer is good for `max_age` seconds.
    """

    name: str
    ask: Callable[[], None]
    max_age: float
    error: str = ""
    asked_at: float = float("-inf")
    was_working: bool = True
    answered: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        """Ask in a thread, unless the last answer is fresh or the last question hangs."""
        with self.lock:
            is_first = self.asked_at == float("-inf")
            is_hanging = not is_first and not self.answered.is_set()
            if is_hanging or time.monotonic() - self.asked_at < self.max_age:
                return
            self.asked_at = time.monotonic()
            self.answered.clear()
            # A daemon: one that hangs does not keep the process from ending.
            threading.Thread(target=self._ask, name=f"probe-{self.name}", daemon=True).start()

    def _ask(self) -> None:
        try:
            self.ask()
            self.error = ""
        except Exception as error:  # whatever it is, the part does not work
            self.error = " ".join(f"{type(error).__name__}: {error}".split())
        finally:
            connections.close_all()  # those of this thread
            self.answered.set()

    def answer(self) -> str:
        """Return what is wrong, "" for nothing, LIMIT_SECONDS after the question at the latest."""
        time_left = self.asked_at + LIMIT_SECONDS - time.monotonic()
        if not self.answered.wait(max(0.0, time_left)):
            return f"no answer in {LIMIT_SECONDS} seconds"
        return self.error

    def log_change(self, error: str) -> None:
        """Log when the part fails, and when it works again; nothing while it stays as it is."""
        with self.lock:
            was_working, self.was_working = self.was_working, not error
        if error and was_working:
            log.error("not ready: %s: %s", self.name, error)
        elif not error and not was_working:
            log.warning("ready again: %s", self.name)


def make_parts() -> tuple[Part, ...]:
    return (
        Part("database", ask_database, max_age=1),
        Part("broker", ask_broker, max_age=1),
        Part("queues", ask_queues, max_age=5),
        Part("storage", ask_storage, max_age=60),
    )


def ask_all() -> dict[str, str]:
    """Return for each part what is wrong with it, "" for nothing. Takes LIMIT_SECONDS at most."""
    for part in PARTS:
        part.begin()
    answers = {part.name: part.answer() for part in PARTS}
    for part in PARTS:
        part.log_change(answers[part.name])
    return answers


def ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_broker() -> None:
    with queue.broker() as client:
        client.ping()


def ask_queues() -> None:
    """Raise TimeoutError when a job has waited so long that no worker can be running."""
    late = [
        f"{name}: {found.due} due, the oldest for {found.oldest_due:.0f} seconds"
        for name, found in figures.by_queue().items()
        if found.oldest_due > MAX_QUEUE_SECONDS
    ]
    if late:
        raise TimeoutError("; ".join(late))


def ask_storage() -> None:
    """Write a file into each folder that the portal writes to, and remove it.

    This finds a full disk, a folder that is gone and a wrong key of an S3 store.
    """
    for model, folder in FOLDERS:
        storage = model._meta.get_field("file").storage
        name = storage.save(f"{folder}/suc-khoe/{uuid.uuid4().hex}", ContentFile(b"ok"))
        storage.delete(name)


PARTS = make_parts()
