"""Moves that an applicant makes, answered with a sentence and the page of the dossier."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dossiers import workflow
from dossiers.models import Dossier
from dossiers.states import TRANSITIONS, Action, Role


def offered(dossier: Dossier, ways: Iterable[Action]) -> Action | None:
    """Return the one of `ways` that the table offers now, or None."""
    return next((way for way in ways if dossier.state in TRANSITIONS[way].sources), None)


def perform(
    request: HttpRequest, dossier: Dossier, action: Action, note: str, done: str
) -> HttpResponse:
    by = (
        request.user
        if request.user.is_authenticated and request.user.pk == dossier.owner_id
        else None
    )
    try:
        workflow.apply(dossier, action, role=Role.CITIZEN, by=by, note=note)
        messages.success(request, done)
    except workflow.NotAllowed as refusal:
        messages.warning(request, str(refusal))
    return redirect(dossier)
