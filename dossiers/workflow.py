"""The one door for state: every change of a dossier after its draft goes through `perform`."""

from dataclasses import replace

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers import facts
from dossiers.clock import move_clock
from dossiers.effects import EFFECTS, Performing
from dossiers.models import Dossier, Event
from dossiers.moves import MOVES, Action, Clock, NotAllowed
from dossiers.outbox import queue
from dossiers.states import Role


@transaction.atomic
def perform(
    dossier: Dossier,
    action: Action,
    *,
    role: Role,
    by: AbstractUser | None = None,
    note: str = "",
    given: facts.Given | None = None,
) -> Dossier:
    """Make one move of the table and return the dossier as it now stands.

    `by` is the user who acts: None for an applicant without an account, and for the ledger.
    `note` are their words, `given` what the move's own form asked. Raises NotAllowed, with nothing
    changed, when the table does not offer the move from the state found under the lock, when a
    reason is owed and missing, or when the effect of the move refuses.
    """
    move = MOVES[action]
    # Another officer or another tab may have moved the dossier since the caller looked: only the
    # row read under the lock counts.
    rows = Dossier.objects.select_for_update(of=("self",)).select_related("agency")
    dossier = rows.get(pk=dossier.pk)
    refuse_unless_offered(dossier, action, role, note)

    now = timezone.now()
    state_before = dossier.state
    if move.target is not None:
        dossier.state = move.target
    if move.clock != Clock.NONE:
        move_clock(dossier, move.clock, now)
    kept = EFFECTS[action](Performing(dossier, by, now, given))
    dossier.save()

    event = Event.objects.create(
        dossier=dossier,
        action=action,
        from_state=state_before,
        to_state=dossier.state,
        role=role,
        actor_id=by.pk if by else None,
        note=note,
        data=replace(kept, due_at=dossier.due_at).to_json(),
        at=now,
    )
    # Rows of this transaction; they are sent and printed after the commit.
    if move.letter:
        queue.add_letter(event, move.letter)
    if move.paper:
        queue.add_paper(event, move.paper, move.paper_queue)
    return dossier


def refuse_unless_offered(dossier: Dossier, action: Action, role: Role, note: str) -> None:
    """Raise NotAllowed, with a sentence, unless the table offers `action` to `role` now."""
    move = MOVES[action]
    if role not in move.roles:
        sentence = _("Thao tác “%(action)s” không thuộc phần việc của bạn.")
        raise NotAllowed(sentence % {"action": move.label})
    if dossier.state not in move.sources:
        raise NotAllowed(too_late(dossier, action))
    if move.needs_reason and not note.strip():
        raise NotAllowed(_("Cần ghi rõ lý do hoặc nội dung."))


def too_late(dossier: Dossier, action: Action) -> str:
    """Return the sentence for the loser of a race: where the dossier stands, and who moved it."""
    last = dossier.events.select_related("actor").order_by("-pk").first()
    who = last.actor if last and last.actor else _("người nộp")
    sentence = _(
        "Không thể “%(action)s”: hồ sơ đang ở trạng thái “%(state)s” (cập nhật gần nhất: %(who)s)."
    )
    return sentence % {
        "action": action.label,
        "state": dossier.get_state_display(),
        "who": who,
    }
