"""Write the catalogue of the database as files that `load_catalogue` reads back unchanged."""

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError
from django.db import models
from django.utils.translation import gettext as _

from services.catalogue_shapes import (
    AGENCY_KEYS,
    FIELD_KEYS,
    LINES,
    SERVICE_KEYS,
    SPECIAL_DAY_KEYS,
    FieldRule,
)
from services.models import Agency, Field, Service, SpecialDay

# jsonb keeps no order of keys; people want to read a form from its top.
SECTION_ORDER = ["key", "title", "help", "questions"]
QUESTION_ORDER = "key kind label required help max_length min max unit placeholder options".split()  # noqa: SIM905 - a list to read
RENAMED = {"featured": "is_featured", "published": "is_published"}


class Command(BaseCommand):
    help = "Write agencies, fields, days off and services into a folder of YAML files."

    def add_arguments(self, parser):
        parser.add_argument("folder")

    def handle(self, *args, **options):
        folder = Path(options["folder"])
        services = Service.objects.select_related("field", "agency").prefetch_related(*LINES)
        try:
            written = _write_all(folder, services)
        except OSError as error:
            told = {"folder": folder, "why": error}
            raise CommandError(_("Không ghi được vào %(folder)s: %(why)s") % told) from error
        strangers = sorted(
            path.name for path in (folder / "services").glob("*.y*ml") if path not in written
        )
        if strangers:
            self.stderr.write(
                _("Tệp có sẵn, không thuộc danh mục: %(files)s") % {"files": ", ".join(strangers)}
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
    """Return what a row says, in the order of `keys` and without what goes without saying."""
    said = {}
    for key, rule in keys.items():
        value = given[key] if key in given else getattr(row, RENAMED.get(key, key))
        if value != rule.default:
            said[key] = _form(value) if rule.expects == "form" else value
    return said


def _service(service: Service) -> dict:
    lines = {
        name: [_row(line, keys) for line in getattr(service, name).all()]
        for name, (keys, _model) in LINES.items()
    }
    return _row(
        service, SERVICE_KEYS, field=service.field.code, agency=service.agency.code, **lines
    )


def _form(spec: dict) -> dict:
    """Return a form with its keys in the order in which people write them.

    And options as pairs on one line.
    """
    sections = []
    for section in spec.get("sections", []):
        questions = [_ordered(question, QUESTION_ORDER) for question in section["questions"]]
        for question in questions:
            if "options" in question:
                question["options"] = [_Pair(pair) for pair in question["options"]]
        sections.append(_ordered(section | {"questions": questions}, SECTION_ORDER))
    return {"sections": sections}


def _ordered(mapping: dict, order: list[str]) -> dict:
    return {key: mapping[key] for key in order if key in mapping}


class _Pair(list):
    """An option: value and label, on one line."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def _on_one_line(dumper: yaml.SafeDumper, pair: _Pair) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", pair, flow_style=True)


_Dumper.add_representer(_Pair, _on_one_line)
