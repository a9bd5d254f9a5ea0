"""The catalogue as files, checked whole: every mistake is reported with its place and its remedy.

A folder holds `agencies.yaml`, `fields.yaml`, `special_days.yaml` (lists) and
`services/<slug>.yaml` (a mapping each). Nothing here touches the database; `manage.py
load_catalogue` saves what `read` returns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from services.catalogue_rules import (
    AGENCY_KEYS,
    FIELD_KEYS,
    LINES,
    REQUIRED,
    SERVICE_KEYS,
    SPECIAL_DAY_KEYS,
    FieldRule,
    service_values,
    type_error,
)
from services.models import Agency, Field, Service, SpecialDay

UNREADABLE = object()


class Mistake(NamedTuple):
    """One thing that is wrong: in which file, at which key, and what to do."""

    file: str
    key: str
    remedy: str

    def __str__(self) -> str:
        parts = [self.file, self.key, self.remedy]
        return ": ".join(part for part in parts if part)


class CatalogueError(Exception):
    """The files cannot be loaded; `mistakes` names every reason."""

    def __init__(self, mistakes: list[Mistake]):
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


@dataclass
class Catalogue:
    """All that the files say, complete with defaults; the lines of a service are lists in it."""

    agencies: list[dict] = field(default_factory=list)
    fields: list[dict] = field(default_factory=list)
    special_days: list[dict] = field(default_factory=list)
    services: list[dict] = field(default_factory=list)


def read(folder: Path) -> Catalogue:
    """Return the catalogue in `folder`. Raises CatalogueError with every mistake found."""
    return _Reader(folder).read()


class _Reader:
    """Reads a folder once and collects what is wrong with it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.mistakes: list[Mistake] = []

    def read(self) -> Catalogue:
        found = Catalogue(
            agencies=self._list("agencies.yaml", AGENCY_KEYS, "code", Agency),
            fields=self._list("fields.yaml", FIELD_KEYS, "code", Field),
            special_days=self._list("special_days.yaml", SPECIAL_DAY_KEYS, "day", SpecialDay),
        )
        found.services = self._services(found)
        if self.mistakes:
            raise CatalogueError(self.mistakes)
        return found

    def add_error(self, file: str, key: str, remedy: str) -> None:
        self.mistakes.append(Mistake(file, key, remedy))

    # --- Files ---

    def _parse(self, path: Path) -> Any:
        """Return what stands in a file, or UNREADABLE after a mistake."""
        name = path.relative_to(self.folder).as_posix()
        try:
            return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
        except FileNotFoundError:
            self.add_error(name, "", _("không có tệp này; hãy tạo nó."))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            remedy = _("sửa lỗi YAML: %(what)s.") % {"what": error.problem}
            self.add_error(name, _("dòng %(line)d") % {"line": line}, remedy)
        except (OSError, ValueError, yaml.YAMLError) as error:
            self.add_error(name, "", _("không đọc được: %(what)s.") % {"what": error})
        return UNREADABLE

    def _list(
        self, file: str, keys: dict[str, FieldRule], identity: str, model: type[Model]
    ) -> list[dict]:
        raw = self._parse(self.folder / file)
        if raw is UNREADABLE:
            return []
        return self._rows(file, "", raw, keys, identity, model)

    def _services(self, found: Catalogue) -> list[dict]:
        paths = sorted(
            path
            for ending in ("*.yaml", "*.yml")
            for path in (self.folder / "services").glob(ending)
        )
        if not paths:
            self.add_error(
                "services/", "", _("chưa có tệp dịch vụ nào; mỗi dịch vụ là một tệp <slug>.yaml.")
            )
        services: list[dict] = []
        for path in paths:
            raw = self._parse(path)
            if raw is UNREADABLE:
                continue
            service = self._service(path, raw, found)
            if service is not None:
                services.append(service)
        return services

    # --- Rows ---

    def _rows(
        self,
        file: str,
        where: str,
        raw: Any,
        keys: dict[str, FieldRule],
        identity: str,
        model: type[Model],
    ) -> list[dict]:
        """Return the rows of a list that hold what `keys` ask.

        Each is checked against `model`; no two may have the same `identity`.
        """
        if not isinstance(raw, list):
            self.add_error(file, where, _("cần một danh sách, mỗi dòng bắt đầu bằng “-”."))
            return []
        rows: list[dict] = []
        for number, item in enumerate(raw, start=1):
            place = f"{where}[{number}]"
            row = self._complete(file, place, item, keys)
            if row is None:
                continue
            if any(row[identity] == other[identity] for other in rows):
                remedy = _("“%(value)s” đã có ở trên; mỗi mã chỉ một lần.") % {
                    "value": row[identity]
                }
                self.add_error(file, f"{place}.{identity}", remedy)
            self._check(file, f"{place}.", model(**row))
            rows.append(row)
        return rows

    def _complete(self, file: str, where: str, raw: Any, keys: dict[str, FieldRule]) -> dict | None:
        """Return `raw` with defaults, or None when a key is unknown, missing or of a wrong type."""
        if not isinstance(raw, dict):
            self.add_error(file, where, _("cần các dòng “khóa: giá trị”."))
            return None
        before = len(self.mistakes)
        dot = f"{where}." if where else ""
        for key in raw:
            if key not in keys:
                self.add_error(
                    file,
                    f"{dot}{key}",
                    _("khóa lạ; chỉ dùng: %(keys)s.") % {"keys": ", ".join(keys)},
                )
        for key, rule in keys.items():
            if key in raw:
                remedy = type_error(raw[key], rule.expects)
                if remedy:
                    self.add_error(file, f"{dot}{key}", remedy)
            elif rule.default is REQUIRED:
                self.add_error(file, f"{dot}{key}", _("thiếu khóa này; hãy thêm vào."))
        if len(self.mistakes) > before:
            return None
        return {key: raw.get(key, rule.default) for key, rule in keys.items()}

    def _service(self, path: Path, raw: Any, found: Catalogue) -> dict | None:
        file = path.relative_to(self.folder).as_posix()
        service = self._complete(file, "", raw, SERVICE_KEYS)
        if service is None:
            return None
        if service["slug"] != path.stem:
            self.add_error(file, "slug", _("phải giống tên tệp: “%(name)s”.") % {"name": path.stem})
        if path.suffix == ".yml" and path.with_suffix(".yaml").exists():
            self.add_error(
                file,
                "slug",
                _("“%(slug)s” đã có trong tệp .yaml; bỏ một tệp.") % {"slug": path.stem},
            )
        unreadable = {mistake.file for mistake in self.mistakes}
        for key, others, source in (
            ("field", found.fields, "fields.yaml"),
            ("agency", found.agencies, "agencies.yaml"),
        ):
            if not others and source in unreadable:
                continue  # that file has its own mistake; it is not repeated for every service
            if service[key] not in [other["code"] for other in others]:
                known = ", ".join(other["code"] for other in others)
                remedy = _("không có mã “%(code)s”; chọn: %(known)s.") % {
                    "code": service[key],
                    "known": known,
                }
                self.add_error(file, key, remedy)
        self._check(file, "", Service(**service_values(service)))
        for name, (keys, model) in LINES.items():
            service[name] = self._rows(file, name, service[name], keys, "key", model)
        return service

    def _check(self, file: str, prefix: str, instance: Model) -> None:
        """Let the model itself say what is too long, not among the choices or not a form."""
        foreign = [one.name for one in instance._meta.fields if one.is_relation]
        for check in (lambda: instance.clean_fields(exclude=foreign), instance.clean):
            try:
                check()
            except ValidationError as error:
                for name, remedy in _remedies(instance, error):
                    self.add_error(file, f"{prefix}{name}", remedy)


def _remedies(instance: Model, error: ValidationError) -> Iterator[tuple[str, str]]:
    """Yield field and message of a model's refusal; for a choice, what may be chosen."""
    for name, causes in error.error_dict.items():
        for cause in causes:
            if cause.code == "invalid_choice":
                choices = getattr(instance._meta.get_field(name), "flatchoices", [])
                values = [str(value) for value, _label in choices]
                yield name, _("chọn một trong: %(values)s.") % {"values": ", ".join(values)}
            else:
                yield name, " ".join(cause.messages)


class _Loader(yaml.SafeLoader):
    """YAML as usual, but a key written twice is a mistake: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        written = [key.value for key, _value in node.value if isinstance(key, yaml.ScalarNode)]
        twice = sorted({key for key in written if written.count(key) > 1})
        if twice:
            problem = _("khóa “%(key)s” được viết hai lần") % {"key": twice[0]}
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep)
