"""What the stylesheets promise each other; how the pages look is for eyes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "static" / "css"
# Classes of Django's own admin and of its page of sign-in, to which admin.css gives our colours.
DJANGOS = {
    "breadcrumbs", "button", "dashboard", "default", "errorlist", "errornote", "helptext",
    "inline-group", "login", "messagelist", "model-dossier", "module", "paginator", "submit-row",
    "text",
}  # fmt: skip


def rules_of(name: str) -> str:
    """The text of a stylesheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", (FOLDER / name).read_text(), flags=re.DOTALL)


def classes_of(name: str) -> set[str]:
    selectors = re.findall(r"^[^@{}]*?(?=\{)", rules_of(name), flags=re.MULTILINE)
    return set(re.findall(r"\.([a-z][\w-]*)", " ".join(selectors)))


@pytest.mark.parametrize("name", ["portal.css", "admin.css", "status.css"])
def test_stylesheets_take_their_colours_from_the_tokens(name):
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", rules_of(name))) <= {"#000", "#fff"}  # print


def test_stylesheets_use_no_token_that_is_not_there():
    for name in ("portal.css", "admin.css", "status.css"):
        rules = rules_of("tokens.css") + rules_of(name)
        there = set(re.findall(r"^\s*(--[\w-]+):", rules, flags=re.MULTILINE))
        assert set(re.findall(r"var\((--[\w-]+)\)", rules)) <= there


def test_stylesheets_name_the_classes_of_staff_pages_by_their_prefix():
    shared = classes_of("status.css") | {"error-summary", "error-summary__title"}
    own = classes_of("admin.css") - shared - DJANGOS
    assert {name for name in own if not name.startswith(("staff-", "field-"))} == set()
    assert {name for name in classes_of("portal.css") if name.startswith("staff-")} == set()


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.css")), ids=lambda file: file.name)
def test_stylesheets_have_one_declaration_a_line(file):
    lines = rules_of(file.name).splitlines()
    assert [line for line in lines if line.count(";") > 1 or re.search(r"\{.*\S", line)] == []
