"""Registers the staff pages; what they do is in `dossiers.officer`."""

from django.contrib import admin

from dossiers.models import Dossier
from dossiers.officer.model_admin import DossierAdmin

admin.site.register(Dossier, DossierAdmin)
