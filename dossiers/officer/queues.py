"""What waits for whom: the queues of each role, how many dossiers stand in them.

And how a due date reads.

Staff pages speak Vietnamese only (/admin/ has no English twin), so their words are plain strings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, F, Q, When
from django.utils import timezone

from dossiers import access
from dossiers.models import CLOCK_RUNNING, Dossier
from dossiers.states import FINAL, STAFF_ROLES, Role, State

SOON_DAYS = 2
# As work is taken up: by due date, then by the time of sending; what has no due date yet comes
# last.
OLDEST_FIRST = (F("due_at").asc(nulls_last=True), "submitted_at", "pk")


@dataclass(frozen=True)
class Queue:
    """One pile of work: dossiers in `states` for `role`.

    `is_ours` is False while they wait for the applicant.
    """

    key: str
    name: str
    role: Role
    states: frozenset[State]
    is_ours: bool = True

    def number(self, counts: dict[State, int]) -> int:
        """Return how many dossiers stand in this queue, by the `counts` of their states."""
        return sum(counts.get(state, 0) for state in self.states)


def _queue(key: str, name: str, role: Role, *states: State, is_ours: bool = True) -> Queue:
    return Queue(key, name, role, frozenset(states), is_ours)


QUEUES = (
    _queue("cho-tiep-nhan", "Chờ tiếp nhận", Role.DESK, State.SUBMITTED),
    _queue("cho-tra", "Chờ trả kết quả", Role.DESK, State.APPROVED),
    _queue(
        "cho-bo-sung-dau",
        "Đợi bổ sung để tiếp nhận",
        Role.DESK,
        State.INTAKE_SUPPLEMENT,
        is_ours=False,
    ),
    _queue("cho-giai-quyet", "Mới tiếp nhận", Role.CASE, State.RECEIVED),
    _queue("dang-giai-quyet", "Đang giải quyết", Role.CASE, State.IN_PROGRESS),
    _queue("de-nghi-rut", "Đề nghị rút", Role.CASE, State.WITHDRAWAL_REQUESTED),
    _queue(
        "doi-nguoi-nop",
        "Đợi người nộp",
        Role.CASE,
        State.SUPPLEMENT,
        State.AWAITING_PAYMENT,
        is_ours=False,
    ),
    _queue("cho-phe-duyet", "Chờ phê duyệt", Role.LEADER, State.AWAITING_APPROVAL),
)


def queues_for(user) -> list[Queue]:
    """Return the queues of a user's roles.

    A superuser, who only looks on, sees those of all roles.
    """
    roles: Iterable[Role] = access.roles_of(user) or (STAFF_ROLES if user.is_superuser else ())
    return [queue for queue in QUEUES if queue.role in roles]


def own_states(user) -> set[State]:
    """Return the states in which a dossier waits for one of this user's roles."""
    return {state for queue in queues_for(user) if queue.is_ours for state in queue.states}


def counts(user) -> dict[State, int]:
    """Return how many dossiers stand in each state of the user's queues. One query."""
    states = {state for queue in queues_for(user) for state in queue.states}
    found = (
        access.visible_to(user)
        .filter(state__in=states)
        .order_by()
        .values("state")
        .annotate(number=Count("pk"))
    )
    return {State(row["state"]): row["number"] for row in found}


def deadlines(user, now: datetime) -> dict[str, int]:
    """Return how many of the user's own dossiers are overdue and how many are due today.

    One query.
    """
    ticking = access.visible_to(user).filter(CLOCK_RUNNING, state__in=own_states(user))
    return ticking.order_by().aggregate(
        overdue=Count("pk", filter=Q(due_at__lt=now)),
        today=Count("pk", filter=due_today(now)),
    )


def next_after(user, dossier: Dossier, left: str) -> Dossier | None:
    """Return the next dossier that waits for this user.

    First from the state that the one just handled has left.

    Whoever receives two hundred dossiers in a row goes on receiving; other piles come when this one
    is done.
    """
    waiting = access.visible_to(user).filter(state__in=own_states(user)).exclude(pk=dossier.pk)
    same_pile = Case(When(state=left, then=0), default=1)
    return (
        waiting.order_by(same_pile, *OLDEST_FIRST)
        .only("pk", "official_number", "tracking_code")
        .first()
    )


def due_today(now: datetime) -> Q:
    """Return the condition of a due date that is still to come today.

    By the authority's own clock.
    """
    last_moment = timezone.localtime(now).replace(hour=23, minute=59, second=59, microsecond=999999)
    return Q(due_at__gte=now, due_at__lte=last_moment)


@dataclass(frozen=True)
class Due:
    """A due date in words, with the tone that gives its colour and shape."""

    tone: str
    words: str


def due(dossier: Dossier, now: datetime) -> Due | None:
    """Say how the dossier stands to its due date, in calendar days; None when there is none."""
    if dossier.due_at is None or dossier.state == State.WITHDRAWN:
        return None
    if dossier.finished_at:
        return (
            Due("stop", "Xong trễ hạn")
            if dossier.finished_at > dossier.due_at
            else Due("done", "Xong đúng hạn")
        )
    if dossier.paused_at:
        return Due("wait", "Tạm dừng tính hạn")
    if dossier.state in FINAL:
        return None
    days = (timezone.localdate(dossier.due_at) - timezone.localdate(now)).days
    if dossier.due_at < now:
        return Due("stop", f"Quá hạn {-days} ngày" if days else "Quá hạn hôm nay")
    if days <= SOON_DAYS:
        return Due("attention", f"Còn {days} ngày" if days else "Đến hạn hôm nay")
    return Due("info", f"Còn {days} ngày")
