"""Moves that an applicant makes, answered with a sentence and the page of the dossier."""

from django.contrib import messages
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dossiers import workflow
from dossiers.models import Dossier
from dossiers.moves import Action, NotAllowed
from dossiers.states import Role


def perform(
    request: HttpRequest, dossier: Dossier, action: Action, note: str, done: str
) -> HttpResponse:
    """Make the move; `done` is the sentence for success."""
    by = None
    if isinstance(request.user, AbstractUser) and request.user.pk == dossier.owner_id:
        by = request.user
    try:
        workflow.perform(dossier, action, role=Role.CITIZEN, by=by, note=note)
        messages.success(request, done)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    return redirect(dossier)
