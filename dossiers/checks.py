"""System checks: every move and every state is complete, or `manage.py` refuses to start.

What depends on a move or a state stands in its record (`moves`, `states`). What cannot – the code
of an effect, a form, a template – is registered beside its code; these checks find what is missing.
"""

from collections.abc import Iterable, Iterator

from django.core.checks import CheckMessage, Error, Tags, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from dossiers.effects import EFFECTS
from dossiers.facts import PaperFacts
from dossiers.file_checks import antivirus
from dossiers.models import Document, OutboxJob
from dossiers.moves import MOVES, Action, Clock, OfficerForm
from dossiers.officer.forms import CLOCK_WORDS, FORMS
from dossiers.officer.queues import QUEUES
from dossiers.outbox.queue import TASK_FOR
from dossiers.papers.render import CONTEXTS
from dossiers.states import STATES, Role, State
from dossiers.verdicts import SENTENCES, Reason


@register(Tags.models)
def tables_are_complete(app_configs, **kwargs) -> list[CheckMessage]:
    """Return one error for each key that is missing anywhere."""
    sentences = [
        *missing("moves.MOVES", MOVES, Action),
        *missing("states.STATES", STATES, State),
        *missing("effects.EFFECTS", EFFECTS, Action),
        *missing("officer.forms.FORMS", FORMS, OfficerForm),
        *missing("officer.forms.CLOCK_WORDS", CLOCK_WORDS, Clock),
        *missing("papers.render.CONTEXTS", CONTEXTS, Document.Kind),
        *missing("outbox.queue.TASK_FOR", TASK_FOR, OutboxJob.Channel),
        *missing("verdicts.SENTENCES", SENTENCES, Reason),
        *moves_without_texts(),
        *states_without_queue(),
    ]
    return [Error(sentence, id="dossiers.E001") for sentence in sentences]


@register()
def antivirus_has_an_address(app_configs, **kwargs) -> list[CheckMessage]:
    """Return an error for a CLAMAV_URL that cannot work: no file would ever be opened."""
    try:
        antivirus.client()
    except ValueError as error:
        return [Error(str(error), id="dossiers.E002")]
    return []


def missing(name: str, table: Iterable, keys: Iterable) -> Iterator[str]:
    known = set(table)
    for key in keys:
        if key not in known:
            yield f"dossiers.{name} has no entry for {key!r}."


def moves_without_texts() -> Iterator[str]:
    """Yield what is wrong with the letter or the paper of a move."""
    for action, move in MOVES.items():
        if move.letter:
            for part in ("subject", "body"):
                yield from missing_template(action, f"dossiers/outbox/{move.letter}.{part}.txt")
        if move.paper:
            yield from missing_template(action, f"dossiers/papers/{move.paper}.html")
            if move.paper not in Document.Kind.values:
                yield f"{action!r} prints “{move.paper}”, which is no kind of Document."
            if not issubclass(move.facts_class, PaperFacts):
                yield f"{action!r} prints a paper, so its facts must be PaperFacts."


def missing_template(action: Action, name: str) -> Iterator[str]:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        yield f"{action!r} needs the template {name}."


def states_without_queue() -> Iterator[str]:
    """Yield the states in which a dossier would wait for somebody without standing in a queue."""
    for state, record in STATES.items():
        waits_for_applicant = record.waits_for == Role.CITIZEN
        if state == State.DRAFT or record.waits_for is None:
            continue
        queues = [queue for queue in QUEUES if state in queue.states]
        if waits_for_applicant:
            fitting = [queue for queue in queues if not queue.is_ours]
        else:
            fitting = [queue for queue in queues if queue.role == record.waits_for]
        if len(fitting) != 1:
            yield f"{state!r} waits for {record.waits_for!r} and stands in {len(fitting)} queues."
