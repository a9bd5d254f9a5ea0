"""Small words for templates: money as people read it, and this page in the other language."""

from django import template
from django.conf import settings
from django.urls import translate_url
from django.utils.formats import number_format
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def money(amount: int | None) -> str:
    """Write an amount of đồng with dots: 100000 → "100.000 đồng"; None, an amount set elsewhere, in words."""
    if amount is None:
        return _("Theo quy định hiện hành")
    return _("%(amount)s đồng") % {"amount": number_format(amount, force_grouping=True)}


@register.filter
def level_name(number: int) -> str:
    """Return what the authority calls level `number` in its era: 4 → "Mức độ 4"."""
    return next(
        (level["name"] for level in settings.AUTHORITY["levels"] if level["number"] == number),
        str(number),
    )


@register.simple_tag(takes_context=True)
def lang_url(context, language: str) -> str:
    """Return the present page in `language`, with its search and filters; the home page where there is no request."""
    request = context.get("request")
    # A path that begins with two slashes would be the address of another site.
    here = escape_leading_slashes(request.get_full_path()) if request else "/"
    return translate_url(here, language)
