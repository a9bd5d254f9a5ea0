"""System checks of the catalogue: `manage.py` refuses to start when one fails."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from fontpkg import FontpkgError
from fontTools.ttLib import TTLibError

from services import paper_font
from services.questions.registry import KINDS


@register(Tags.templates)
def kinds_are_printed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return one error for each kind of question whose template is missing."""
    errors: list[CheckMessage] = []
    for kind in KINDS.values():
        try:
            get_template(kind.blank_template)
        except TemplateDoesNotExist:
            sentence = f"Questions of kind “{kind.kind}” need the template {kind.blank_template}."
            errors.append(Error(sentence, id="services.E001"))
    return errors


@register
def papers_can_be_printed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return an error when papers would lack letters of Vietnamese or of the authority's names."""
    try:
        missing = paper_font.undrawn(paper_font.NEEDED)
        unknown = paper_font.undrawn(str(settings.AUTHORITY))
    except (FontpkgError, OSError, TTLibError) as error:
        sentence = f"The font of papers cannot be read: {type(error).__name__}."
        return [Error(sentence, hint="Install the locked packages again.", id="services.E002")]

    errors: list[CheckMessage] = []
    if missing:
        errors.append(Error(f"The font of papers does not draw: {missing}", id="services.E002"))
    if unknown:
        sentence = f"AUTHORITY_FILE has characters that papers cannot print: {unknown}"
        errors.append(Error(sentence, id="services.E003"))
    return errors
