"""The cases: each fault while people send, and a paper at the counter behind thousands of others.

What needs Django is imported inside the functions: the database is known once the portal runs.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial

from portal.dev.chaos.faults import FAULTS, Fault, wait_until
from portal.dev.chaos.mail_sink import MailSink
from portal.dev.chaos.running import Portal
from portal.dev.chaos.visitor import seconds_to_read

PRESSED_AT_ONCE = 6
STRANGERS_PAGE = "/gioi-thieu/"
WHOLE_SECONDS = 300
WAITING_PAPERS = 4000
PAPERS_WAITING = "papers-waiting"


@dataclass(frozen=True)
class Row:
    """One line of the table. `whole` is None when not everything was done in time."""

    what: str
    pressed: int
    acknowledged: int
    lost: Sequence[str]
    doubled: Sequence[str]
    whole: float | None
    waited: float

    @property
    def is_good(self) -> bool:
        everyone = self.acknowledged == self.pressed
        return everyone and not self.lost and not self.doubled and self.whole is not None

    def cells(self) -> list[str]:
        whole = "never" if self.whole is None else f"{self.whole:.0f} s"
        return [
            self.what,
            str(self.pressed),
            str(self.acknowledged),
            str(len(self.lost)),
            str(len(self.doubled)),
            whole,
            f"{self.waited:.1f} s",
        ]


Case = Callable[[Portal, MailSink], Row]


def put(fault: Fault, portal: Portal, sink: MailSink) -> Row:
    """Let people send while the fault lasts, wait until all is done, and compare."""
    from portal.dev.chaos import audit, preparation

    visitors = preparation.people_about_to_send(portal.address, fault.senders)
    with ThreadPoolExecutor(PRESSED_AT_ONCE) as pool:
        pressing = [pool.submit(visitor.send) for visitor in visitors]
        wait(pressing, return_when=FIRST_COMPLETED)
        struck = time.monotonic()
        with fault.strike(portal, sink):
            waited = read_as_stranger(portal, fault.seconds)
    for one in pressing:
        one.result()

    told = [visitor.tracking for visitor in visitors if visitor.acknowledged]
    is_whole = wait_until(lambda: all_done(portal, told), WHOLE_SECONDS)
    whole = time.monotonic() - struck if is_whole else None
    found = audit.audit(told, sink.received)
    return Row(fault.what, len(visitors), len(told), found.lost, found.doubled, whole, waited)


def read_as_stranger(portal: Portal, seconds: float) -> float:
    """Read a page again and again while the fault lasts; return the longest wait in seconds."""
    until = time.monotonic() + seconds
    longest = 0.0
    while time.monotonic() < until:
        _status, waited = seconds_to_read(portal.address, STRANGERS_PAGE)
        longest = max(longest, waited)
        time.sleep(0.1)
    return longest


def all_done(portal: Portal, trackings: list[str]) -> bool:
    """Whether the portal is ready and nothing of these dossiers is left to do."""
    from django.db import DatabaseError, InterfaceError, connection

    from portal.dev.chaos import audit

    try:
        done = audit.unfinished(trackings) == 0
    except (DatabaseError, InterfaceError):  # the fault hit our own connection, too
        connection.close()
        return False
    return done and seconds_to_read(portal.address, "/suc-khoe/san-sang")[0] == 200


def put_waiting_papers(portal: Portal, sink: MailSink) -> Row:
    """Let 4,000 papers wait, press form 01 at the desk, and measure until it is printed."""
    from dossiers import workflow
    from dossiers.models import Document, Dossier, OutboxJob
    from dossiers.moves import Action
    from dossiers.states import Role, State
    from portal.dev.chaos import preparation
    from portal.models import User

    dossier = Dossier.objects.filter(state=State.SUBMITTED).order_by("pk").last()
    assert dossier is not None  # noqa: S101 - the faults before sent some
    preparation.send_many(WAITING_PAPERS)

    pressed = time.monotonic()
    officer = User.objects.get(username="motcua")
    workflow.perform(dossier, Action.RECEIVE, role=Role.DESK, by=officer)
    form_01 = Document.objects.filter(dossier=dossier, kind=Document.Kind.RECEIPT).exclude(file="")
    is_whole = wait_until(form_01.exists, WHOLE_SECONDS)
    whole = time.monotonic() - pressed if is_whole else None

    waiting = OutboxJob.objects.filter(status=OutboxJob.Status.WAITING)
    what = f"form 01 behind {waiting.count()} papers"
    waiting.update(status=OutboxJob.Status.FAILED)  # the next run shall not print them
    return Row(what, 1, int(is_whole), [], [], whole, 0.0)


def cases(names: str) -> dict[str, Case]:
    """Return the cases of a list with commas; all for "". Raises KeyError with a wrong name."""
    known: dict[str, Case] = {fault.name: partial(put, fault) for fault in FAULTS}
    known[PAPERS_WAITING] = put_waiting_papers
    return {name: known[name] for name in names.split(",")} if names else known
