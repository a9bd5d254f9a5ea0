"""No template knows a room above its own."""

import pytest

from portal.dev import template_rooms


@pytest.fixture
def repository(tmp_path):
    """One tag library in each of two rooms, and a way to add a template."""
    for tags in ("services/templatetags/formats.py", "dossiers/templatetags/dossiers.py"):
        (tmp_path / tags).parent.mkdir(parents=True)
        (tmp_path / tags).touch()
    return tmp_path


def problems(repository, name: str, text: str) -> list[str]:
    file = repository / "templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return template_rooms.problems(repository)


def test_problems_of_the_portal_as_it_is_are_none():
    assert template_rooms.problems() == []


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (
            "services/a.html",
            "{% load i18n dossiers %}",
            "services/a.html (services) loads dossiers, the tags of dossiers",
        ),
        (
            "services/a.html",
            "{% load due from dossiers %}",
            "services/a.html (services) loads dossiers, the tags of dossiers",
        ),
        (
            "_shared.html",
            "{% load dossiers %}",
            "_shared.html (services) loads dossiers, the tags of dossiers",
        ),
        (
            "dossiers/applicant/a.html",
            '{% include "payments/_return_title.html" %}',
            "dossiers/applicant/a.html (dossiers) uses payments/_return_title.html",
        ),
        (
            "payments/a.html",
            "{% extends 'portal/home.html' %}",
            "payments/a.html (payments) uses portal/home.html",
        ),
    ],
)
def test_problems_name_what_a_template_takes_from_a_higher_room(repository, name, text, problem):
    assert problems(repository, name, text) == [problem]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dossiers/a.html", "{% load dossiers formats i18n %}"),
        ("payments/a.html", '{% extends "admin/base_site.html" %}{% load dossiers %}'),
        ("admin/index.html", "{% load dossiers %}{% include 'payments/a.html' %}"),
        ("services/a.html", '{% include "_status.html" %}{% include name %}'),
    ],
)
def test_problems_are_none_below_and_in_libraries(repository, name, text):
    assert problems(repository, name, text) == []
