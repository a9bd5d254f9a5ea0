"""The repository looked at as a whole: the rules that no single module can keep."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template.utils import get_app_template_dirs
from factory.django import DjangoModelFactory

from dossiers.models import Document
from dossiers.moves import MOVES
from portal.celery import app as celery_app

ROOT = Path(settings.BASE_DIR)
ROOMS = ("portal", "payments", "dossiers", "services")
TEMPLATES = ROOT / "templates"
PAGES = sorted(
    path
    for path in TEMPLATES.rglob("*.html")
    if "pdf" not in path.parts and "papers" not in path.parts
)
# Whole trees of names that are put together while running: one place each.
NAMED_BY_TABLE = {
    *(
        f"dossiers/outbox/{edge.letter}.{part}.txt"
        for edge in MOVES.values()
        if edge.letter
        for part in ("subject", "body")
    ),
    *(f"dossiers/papers/{kind.value}.html" for kind in Document.Kind),
}
DJANGOS_OWN = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
# Django's admin looks for these by the name of a model.
ADMINS = {
    f"admin/{model._meta.app_label}/{model._meta.model_name}/{page}.html"
    for model in apps.get_models()
    for page in ("change_list", "change_form", "object_history")
}
WITHOUT_FACTORY = {
    "dossiers.Event": "written by the workflow alone",
    "dossiers.Attachment": "made by tests.dossiers.factories.attach, through the workflow",
    "dossiers.OutboxJob": "written by the workflow alone",
    "dossiers.Document": "written by the workflow alone",
    "dossiers.Counter": "written by the workflow alone",
    "dossiers.AttemptCount": "written by the throttle alone",
    "payments.LedgerEntry": "written by the ledger alone",
    "payments.GatewayMessage": "written by the inbox of the gateway alone",
}
NO_ROOM_FOR = {"services", "utils", "util", "common", "core", "helpers", "misc"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of ours but migrations: its path from the root, and its syntax."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


# --- The two doors ---

WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "update"}


def targets(node: ast.AST) -> list[ast.expr]:
    """What a statement assigns to, tuples taken apart."""
    found = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AugAssign)
        else []
    )
    return [part for one in found for part in (one.elts if isinstance(one, ast.Tuple) else [one])]


def writes_of(tree: ast.Module, model: str, fields: set[str]) -> Iterator[str]:
    """Yield each place that makes or changes rows of `model`.

    Or assigns one of `fields` of anything.
    """
    for node in ast.walk(tree):
        for target in targets(node):
            if isinstance(target, ast.Attribute) and target.attr in fields:
                yield f"line {node.lineno}: {ast.unparse(target)} ="
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        named = {keyword.arg for keyword in node.keywords}
        if called == model or (
            called.startswith(f"{model}.objects") and called.rsplit(".", 1)[-1] in WRITES
        ):
            yield f"line {node.lineno}: {called}("
        if called.endswith(".update") and named & fields:
            yield f"line {node.lineno}: {called}({', '.join(sorted(named & fields))}="


NO_MODEL = "-"  # fields alone, whoever's they are


@pytest.mark.parametrize(
    ("model", "fields", "doors"),
    [
        # A payment has a state, too: it is the ledger's.
        ("Dossier", set(), {"dossiers/applicant/drafts.py"}),
        (NO_MODEL, {"state"}, {"dossiers/workflow.py", "payments/ledger.py"}),
        (
            NO_MODEL,
            {"official_number", "fee_paid", "fee_total", "due_at", "paused_at"},
            # Called by the workflow alone, under its lock.
            {"dossiers/effects.py", "dossiers/clock.py"},
        ),
        ("Event", set(), {"dossiers/workflow.py"}),
        ("LedgerEntry", set(), {"payments/ledger.py"}),
        ("Payment", {"settled_at", "needs_refund"}, {"payments/ledger.py"}),
    ],
)
def test_state_and_money_have_one_door(model, fields, doors):
    past = {
        name: list(writes_of(tree, model, fields)) for name, tree in modules() if name not in doors
    }
    assert {name: places for name, places in past.items() if places} == {}


@pytest.mark.parametrize(
    "code",
    [
        "dossier.state = 1",
        "a, dossier.state = 1, 2",
        "Dossier.objects.filter(pk=1).update(state='x')",
        "dossier.events.update(state='x')",
        "Dossier.objects.create()",
        "Dossier(state='x').save()",
    ],
)
def test_watch_on_the_doors_is_awake(code):
    assert list(writes_of(ast.parse(code), "Dossier", {"state"}))


# --- Names ---


def test_there_is_no_drawer_for_odds_and_ends():
    names = [name for name, _tree in modules()]
    assert [name for name in names if set(Path(name).with_suffix("").parts[1:]) & NO_ROOM_FOR] == []


def test_every_template_is_used():
    sources = [
        path.read_text(encoding="utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")
    ]
    sources += [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*") if path.is_file()]
    everything = "\n".join(sources)
    unused = [
        name
        for path in sorted(TEMPLATES.rglob("*"))
        if path.is_file()
        and (name := str(path.relative_to(TEMPLATES))) not in NAMED_BY_TABLE | DJANGOS_OWN | ADMINS
        if not re.search(rf"""["']{re.escape(name)}["']""", everything)
        and not takes_the_place_of_anothers(name)
    ]
    assert unused == []


def takes_the_place_of_anothers(name: str) -> bool:
    """Whether a library has a template of this name, which ours then replaces."""
    return any((folder / name).exists() for folder in get_app_template_dirs("templates"))


def test_every_mail_and_paper_of_the_table_has_its_template():
    missing = sorted(name for name in NAMED_BY_TABLE if not (TEMPLATES / name).exists())
    assert missing == []


def test_every_model_has_a_factory_or_a_reason_to_have_none():
    made = set()
    for room in ROOMS:
        if (ROOT / "tests" / room / "factories.py").exists():
            module = importlib.import_module(f"tests.{room}.factories")
            factories = [one for one in vars(module).values() if isinstance(one, type)]
            made |= {one._meta.model for one in factories if issubclass(one, DjangoModelFactory)}
    ours = {model for room in ROOMS for model in apps.get_app_config(room).get_models()}
    without = {model._meta.label for model in ours - made}
    assert without - set(WITHOUT_FACTORY) == set()
    assert set(WITHOUT_FACTORY) - {model._meta.label for model in ours} == set(), (
        "a reason for no model"
    )


def test_everything_on_the_clock_is_a_task():
    celery_app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in celery_app.conf.beat_schedule.values()}
    assert scheduled - set(celery_app.tasks) == set()


def test_address_of_the_visitor_is_read_in_one_place():
    readers = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if re.search("REMOTE_ADDR|X_FORWARDED_FOR", path.read_text(encoding="utf-8"))
    }
    # The bridge hands on what the web server tells.
    assert readers == {"services/client_address.py", "portal/web/bridge.py"}


# --- Documents ---


def test_every_variable_of_the_environment_is_told():
    read = set(
        re.findall(
            r"env(?:\.\w+)?\(\s*\"(\w+)\"",
            (ROOT / "portal" / "settings.py").read_text(encoding="utf-8"),
        )
    )
    told = re.findall(
        r"^\| `(\w+)` \|", (ROOT / "docs" / "environment.md").read_text(encoding="utf-8"), re.M
    )
    assert sorted(told) == sorted(read)


def test_every_link_between_documents_leads_somewhere():
    broken = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = page.read_text(encoding="utf-8") if page.exists() else ""
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            if not (page.parent / link).exists():
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert broken == []


# --- Pages ---

INLINE = re.compile(
    r"""<style\b|<script\b(?![^>]*(?:\bsrc=|"application/json"))|\sstyle\s*=|"""
    r"""\son[a-z]+\s*=\s*["']|javascript:""",
    re.I,
)
POST_FORM = re.compile(r"""<form\b[^>]*\bmethod\s*=\s*["']?post\b.*?</form>""", re.I | re.S)
TEMPLATE_COMMENT = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.S)


def source(page: Path) -> str:
    return TEMPLATE_COMMENT.sub("", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_page_keeps_to_the_content_security_policy_and_its_forms_carry_a_token(page):
    text = source(page)
    assert INLINE.findall(text) == []
    tokenless = [
        form
        for form in POST_FORM.findall(text)
        if "{% csrf_token %}" not in form and "{% crispy" not in form
    ]
    assert tokenless == []
