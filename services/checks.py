"""System checks of the catalogue: `manage.py` refuses to start when one fails."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

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
