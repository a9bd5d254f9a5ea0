"""Bring the catalogue in the database to what the files say."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models, transaction
from django.utils.translation import gettext as _

from services.catalogue_files import Catalogue, CatalogueError, read
from services.catalogue_rules import LINES, service_values
from services.models import Agency, Field, Service, SpecialDay


class Command(BaseCommand):
    """Adds, updates and takes off the page; never deletes a service, an agency, a field or a day.

    Writes nothing where nothing changed, so form versions and dates of change stay. All or nothing.
    """

    help = "Load agencies, fields, days off and services from a folder of YAML files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", help="default: settings.CATALOGUE_DIR")
        # A deployment that starts again must not undo what editors have changed since.
        parser.add_argument(
            "--initial", action="store_true", help="only where there are no services yet"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["initial"] and Service.objects.exists():
            self.stdout.write(_("Danh mục đã có dịch vụ; giữ nguyên."))
            return
        folder = Path(options["folder"] or settings.CATALOGUE_DIR)
        try:
            catalogue = read(folder)
        except CatalogueError as error:
            context = {"count": len(error.mistakes), "mistakes": error, "folder": folder}
            raise CommandError(
                _("%(folder)s có %(count)d lỗi, chưa lưu gì:\n%(mistakes)s") % context
            ) from error
        with transaction.atomic():
            outcomes = save(catalogue)
        if options["verbosity"]:
            self.stdout.write(_summary(outcomes))


def save(catalogue: Catalogue) -> Counter:
    """Write a catalogue that was read; return how many services are new, updated, same and gone."""
    _save_rows(Agency, "code", catalogue.agencies)
    _save_rows(Field, "code", catalogue.fields)
    _save_rows(SpecialDay, "day", catalogue.special_days)
    agencies = dict(Agency.objects.values_list("code", "pk"))
    fields = dict(Field.objects.values_list("code", "pk"))
    services = Service.objects.select_related("field", "agency").prefetch_related(*LINES)
    known = {service.slug: service for service in services}
    outcomes: Counter = Counter()
    for data in catalogue.services:
        service = known.pop(data["slug"], None) or Service()
        references = {"field_id": fields[data["field"]], "agency_id": agencies[data["agency"]]}
        outcomes[_save_service(service, data, references)] += 1
    for service in known.values():
        outcomes["gone"] += _put(service, {"is_published": False})
    return outcomes


def _save_rows(model: type[models.Model], identity: str, rows: list[dict]) -> None:
    known = model._default_manager.in_bulk([row[identity] for row in rows], field_name=identity)
    for row in rows:
        _put(known.get(row[identity]) or model(), row)


def _save_service(service: Service, data: dict, references: dict[str, int]) -> str:
    """Write one service with its lines; return "new", "updated" or "same"."""
    is_new = service.pk is None
    changed = _put(service, service_values(data) | references)
    lines_changed = [_save_lines(service, name, data[name]) for name in LINES]
    if is_new:
        return "new"
    if any(lines_changed) and not changed:
        service.save()  # its papers, fees or forms are part of what was last updated
    return "updated" if changed or any(lines_changed) else "same"


def _save_lines(service: Service, name: str, rows: list[dict]) -> bool:
    """Write the lines of one kind, matched by key, in order, and delete those gone.

    Return whether any changed.
    """
    _keys, model = LINES[name]
    known = {line.key: line for line in getattr(service, name).all()}
    changed = False
    for order, row in enumerate(rows):
        line = known.pop(row["key"], None) or model(service=service)
        changed |= _put(line, row | {"order": order})
    for line in known.values():
        line.delete()
    return changed or bool(known)


def _put(row: models.Model, values: dict) -> bool:
    """Write `values` into a row, saving only a new or changed one; return whether it was."""
    changed = row.pk is None or any(getattr(row, name) != value for name, value in values.items())
    if changed:
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
    return changed


def _summary(outcomes: Counter) -> str:
    counts = {"all": outcomes["new"] + outcomes["updated"] + outcomes["same"], **outcomes}
    summary = _("%(all)d dịch vụ: %(new)d mới, %(updated)d cập nhật, %(same)d giữ nguyên") % {
        name: counts.get(name, 0) for name in ("all", "new", "updated", "same")
    }
    if outcomes["gone"]:
        summary += _(", %(gone)d ngừng công khai") % {"gone": outcomes["gone"]}
    return summary
