"""Write the catalogue of the database as files, which `load_catalogue` reads without a change."""

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models
from django.utils.translation import gettext as _

from services.catalogue_rules import (
    AGENCY_KEYS,
    FIELD_KEYS,
    LINES,
    SERVICE_KEYS,
    SPECIAL_DAY_KEYS,
    FieldRule,
)
from services.models import Agency, Field, Service, SpecialDay
from services.questions.registry import KINDS
from services.questions.spec_keys import keys_of

# jsonb keeps no order of keys; people want to read a form from its top.
SECTION_ORDER = ["key", "title", "help", "questions"]
RENAMED = {"featured": "is_featured", "published": "is_published"}


class Command(BaseCommand):
    help = "Write agencies, fields, days off and services into a folder of YAML files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["folder"])
        services = Service.objects.select_related("field", "agency").prefetch_related(*LINES)
        try:
            written = _write_all(folder, services)
        except OSError as error:
            context = {"folder": folder, "why": error}
            raise CommandError(_("Không ghi được vào %(folder)s: %(why)s") % context) from error
        others = sorted(
            path.name for path in (folder / "services").glob("*.y*ml") if path not in written
        )
        if others:
            self.stderr.write(
                _("Tệp có sẵn, không thuộc danh mục: %(files)s") % {"files": ", ".join(others)}
            )
        self.stdout.write(
            _("Đã ghi %(count)d dịch vụ vào %(folder)s") % {"count": len(written), "folder": folder}
        )


def _write_all(folder: Path, services: models.QuerySet[Service]) -> set[Path]:
    """Write every file; return the paths of the services' files."""
    (folder / "services").mkdir(parents=True, exist_ok=True)
    _write(
        folder / "agencies.yaml", [_row(row, AGENCY_KEYS) for row in Agency.objects.order_by("pk")]
    )
    _write(folder / "fields.yaml", [_row(row, FIELD_KEYS) for row in Field.objects.all()])
    _write(
        folder / "special_days.yaml",
        [_row(row, SPECIAL_DAY_KEYS) for row in SpecialDay.objects.all()],
    )
    written = set()
    for service in services:
        path = folder / "services" / f"{service.slug}.yaml"
        _write(path, _service(service))
        written.add(path)
    return written


def _write(path: Path, data: Any) -> None:
    text = yaml.dump(
        data,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=110,
    )
    path.write_text(text, encoding="utf-8")


def _row(row: models.Model, keys: dict[str, FieldRule], **given: Any) -> dict:
    """Return the values of a row that are not the default, in the order of `keys`."""
    values = {}
    for key, rule in keys.items():
        value = given[key] if key in given else getattr(row, RENAMED.get(key, key))
        if value != rule.default:
            values[key] = _form(value) if rule.expects == "form" else value
    return values


def _service(service: Service) -> dict:
    lines = {
        name: [_row(line, keys) for line in getattr(service, name).all()]
        for name, (keys, _model) in LINES.items()
    }
    return _row(
        service, SERVICE_KEYS, field=service.field.code, agency=service.agency.code, **lines
    )


def _form(spec: dict) -> dict:
    """Return a form with its keys in the order in which people write them."""
    sections = []
    for section in spec.get("sections", []):
        questions = [_question(question) for question in section["questions"]]
        sections.append(_ordered(section | {"questions": questions}, SECTION_ORDER))
    return {"sections": sections}


def _question(raw: dict) -> dict:
    question = _ordered(raw, ["key", "kind", *keys_of(KINDS[raw["kind"]])])
    if "options" in question:
        question["options"] = [_Pair(pair) for pair in question["options"]]
    return question


def _ordered(mapping: dict, order: list[str]) -> dict:
    return {key: mapping[key] for key in order if key in mapping}


class _Pair(list):
    """An option: value and label, on one line."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _on_one_line(dumper: yaml.SafeDumper, pair: _Pair) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", pair, flow_style=True)


_Dumper.add_representer(_Pair, _on_one_line)
