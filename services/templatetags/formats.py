"""Formats for the templates of every app: money, dates, levels, this page in another language."""

from django import template
from django.conf import settings
from django.template import Context
from django.urls import translate_url
from django.utils.http import escape_leading_slashes

from services import formats, paper_font

register = template.Library()

register.filter("money", formats.money)
register.filter("day", formats.day)
register.filter("date_and_time", formats.date_and_time)
register.filter("with_marks", paper_font.with_marks)


@register.filter
def level_name(number: int) -> str:
    """Return what the authority calls level `number` in its era: 4 → "Mức độ 4"."""
    for level in settings.AUTHORITY["levels"]:
        if level["number"] == number:
            return str(level["name"])
    return str(number)


@register.simple_tag(takes_context=True)
def lang_url(context: Context, language: str) -> str:
    """Return the address of this page in `language`; of the home page where there is no request."""
    request = context.get("request")
    # A path that begins with two slashes would be the address of another site.
    here = escape_leading_slashes(request.get_full_path()) if request else "/"
    return translate_url(here, language)
