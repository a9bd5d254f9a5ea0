"""Files into the database and back: idempotent, all or nothing, every mistake named."""

import copy
import io
from datetime import date

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command

from services.models import Agency, Fee, Field, FormTemplate, Paper, Service, SpecialDay

pytestmark = pytest.mark.django_db

AGENCY = {"code": "mot-cua", "name": "Bộ phận Một cửa"}
FIELD = {"code": "ho-tich", "name": "Hộ tịch"}
DAY = {"day": date(2026, 9, 2), "kind": "off", "name": "Quốc khánh"}
QUESTION = {"key": "ten", "kind": "text", "label": "Tên"}
SERVICE = {
    "slug": "dich-vu",
    "name": "Dịch vụ",
    "summary": "Tóm tắt.",
    "field": "ho-tich",
    "agency": "mot-cua",
    "level": 4,
    "audience": "citizen",
    "steps": ["Nộp.", "Nhận."],
    "channels": ["Trực tuyến"],
    "sets": 1,
    "time_limit": 3,
    "time_unit": "working_days",
    "result": "Giấy",
    "legal_basis": ["Luật"],
    "featured": True,
    "fees": [{"key": "le-phi", "kind": "le_phi", "name": "Lệ phí", "amount": 8000}],
    "papers": [
        {"key": "to-khai", "name": "Tờ khai", "kind": "form", "upload": False},
        {"key": "can-cuoc", "name": "Căn cước", "kind": "copy"},
    ],
    "templates": [{"key": "to-khai", "name": "Tờ khai"}],
    "form": {"sections": [{"key": "mot", "title": "Một", "questions": [QUESTION]}]},
}


class Folder:
    """A folder of catalogue files to change and load."""

    def __init__(self, path):
        self.path = path
        self.agencies, self.fields, self.days = [dict(AGENCY)], [dict(FIELD)], [dict(DAY)]
        self.services = {"dich-vu": copy.deepcopy(SERVICE)}

    @property
    def service(self):
        return self.services["dich-vu"]

    @property
    def questions(self):
        return self.service["form"]["sections"][0]["questions"]

    def write(self):
        (self.path / "services").mkdir(exist_ok=True)
        for name, rows in (
            ("agencies", self.agencies),
            ("fields", self.fields),
            ("special_days", self.days),
        ):
            (self.path / f"{name}.yaml").write_text(
                yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8"
            )
        for path in (self.path / "services").iterdir():
            path.unlink()
        for name, service in self.services.items():
            self.raw(f"services/{name}.yaml", yaml.safe_dump(service, allow_unicode=True))

    def raw(self, name, text):
        (self.path / name).write_text(text, encoding="utf-8")

    def load(self):
        self.write()
        return load(self.path)


def load(path=None, **options):
    """Load a folder; return what the command says."""
    said = io.StringIO()
    call_command("load_catalogue", *([str(path)] if path else []), stdout=said, **options)
    return said.getvalue().strip()


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def snapshot():
    """Everything that loading may write, dates of change included."""
    models = (Agency, Field, SpecialDay, Service, Fee, Paper, FormTemplate)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


# --- What it writes ---


def test_load_writes_a_service_with_its_lines_in_their_order(folder):
    assert folder.load() == "1 dịch vụ: 1 mới, 0 cập nhật, 0 giữ nguyên"
    service = Service.objects.get()
    assert (service.slug, service.field.name, service.agency.name) == (
        "dich-vu",
        "Hộ tịch",
        "Bộ phận Một cửa",
    )
    assert (service.level, service.is_featured, service.is_published, service.form_version) == (
        4,
        True,
        True,
        1,
    )
    assert [paper.key for paper in service.papers.all()] == ["to-khai", "can-cuoc"]
    assert service.fee_total == 8000
    assert service.templates.get().name == "Tờ khai"
    assert SpecialDay.objects.get().day == date(2026, 9, 2)


def test_load_writes_nothing_the_second_time(folder):
    folder.load()
    before = snapshot()
    assert folder.load() == "1 dịch vụ: 0 mới, 0 cập nhật, 1 giữ nguyên"
    assert snapshot() == before


def test_load_initial_leaves_alone_what_editors_have_changed_since(folder):
    folder.load()
    Service.objects.update(name="Tên biên tập viên đặt")
    assert "giữ nguyên" in load(folder.path, initial=True)
    assert Service.objects.get().name == "Tên biên tập viên đặt"


def test_load_initial_fills_an_empty_catalogue(folder):
    folder.write()
    assert load(folder.path, initial=True).startswith("1 dịch vụ: 1 mới")


def test_load_of_what_is_shipped_changes_nothing_the_second_time():
    load()
    before = snapshot()
    count = Service.objects.count()
    assert load() == f"{count} dịch vụ: 0 mới, 0 cập nhật, {count} giữ nguyên"
    assert snapshot() == before


def test_load_takes_the_folder_of_the_settings_unless_another_is_named(folder, settings):
    folder.write()
    settings.CATALOGUE_DIR = str(folder.path)
    assert load().startswith("1 dịch vụ")


def test_load_of_a_changed_form_counts_a_new_version(folder):
    folder.load()
    folder.questions.append(QUESTION | {"key": "hai"})
    assert folder.load() == "1 dịch vụ: 0 mới, 1 cập nhật, 0 giữ nguyên"
    assert Service.objects.get().form_version == 2


def test_load_of_another_change_keeps_the_version_of_the_form(folder):
    folder.load()
    folder.service["name"] = "Tên mới"
    folder.load()
    assert (Service.objects.get().name, Service.objects.get().form_version) == ("Tên mới", 1)


def test_load_takes_a_changed_order_of_papers_as_a_change(folder):
    folder.load()
    before = Service.objects.get().updated_at
    folder.service["papers"].reverse()
    assert folder.load() == "1 dịch vụ: 0 mới, 1 cập nhật, 0 giữ nguyên"
    assert [paper.key for paper in Service.objects.get().papers.all()] == ["can-cuoc", "to-khai"]
    assert Service.objects.get().updated_at > before


def test_load_matches_lines_by_key_and_deletes_those_gone(folder):
    folder.load()
    kept = Paper.objects.get(key="can-cuoc")
    folder.service["papers"] = [{"key": "can-cuoc", "name": "Thẻ căn cước", "kind": "copy"}]
    folder.service["fees"] = []
    folder.load()
    paper = Paper.objects.get()
    assert (paper.pk, paper.name) == (kept.pk, "Thẻ căn cước")
    assert not Fee.objects.exists()


def test_load_unpublishes_a_service_that_is_gone(folder):
    folder.services["khac"] = SERVICE | {"slug": "khac"}
    folder.load()
    del folder.services["khac"]
    assert folder.load() == "1 dịch vụ: 0 mới, 0 cập nhật, 1 giữ nguyên, 1 ngừng công khai"
    assert not Service.objects.get(slug="khac").is_published
    assert folder.load() == "1 dịch vụ: 0 mới, 0 cập nhật, 1 giữ nguyên"


def test_load_publishes_a_service_that_comes_back(folder):
    folder.load()
    Service.objects.update(is_published=False)
    folder.load()
    assert Service.objects.get().is_published


def test_load_keeps_days_and_agencies_that_are_gone(folder):
    folder.agencies.append({"code": "khac", "name": "Khác"})
    folder.load()
    folder.agencies.pop()
    folder.days.clear()
    folder.load()
    assert Agency.objects.count() == 2
    assert SpecialDay.objects.count() == 1


def test_load_makes_services_found_by_the_new_name_of_a_field(folder):
    folder.load()
    folder.fields[0]["name"] = "Dân cư"
    assert folder.load().endswith("1 giữ nguyên")
    assert Service.objects.matching("dan cu").exists()


# --- Every mistake by name ---


def _service(**changes):
    return lambda folder: folder.service.update(changes)


def _without(key):
    return lambda folder: folder.service.pop(key)


def _question(**changes):
    return lambda folder: folder.questions[0].update(changes)


DICH_VU = "services/dich-vu.yaml"
MISTAKES = {
    "an unknown key": (_service(colour="đỏ"), f"{DICH_VU}: colour: khóa lạ"),
    "a missing key": (_without("result"), f"{DICH_VU}: result: thiếu khóa này"),
    "an unknown field": (
        _service(field="la"),
        f"{DICH_VU}: field: không có mã “la”; chọn: ho-tich",
    ),
    "an unknown agency": (
        _service(agency="la"),
        f"{DICH_VU}: agency: không có mã “la”; chọn: mot-cua",
    ),
    "a slug unlike its file": (
        _service(slug="khac"),
        f"{DICH_VU}: slug: phải giống tên tệp: “dich-vu”",
    ),
    "a level that does not exist": (
        _service(level=5),
        f"{DICH_VU}: level: chọn một trong: 1, 2, 3, 4",
    ),
    "a level in words": (_service(level="bốn"), f"{DICH_VU}: level: cần một số nguyên"),
    "a level that is yes": (_service(level=True), f"{DICH_VU}: level: cần một số nguyên"),
    "a unit that does not exist": (
        _service(time_unit="weeks"),
        f"{DICH_VU}: time_unit: chọn một trong: hours",
    ),
    "a time limit in words": (
        _service(time_limit="ba ngày"),
        f"{DICH_VU}: time_limit: cần một số nguyên, hoặc null",
    ),
    "a code that is a number": (_service(code=1.5), f"{DICH_VU}: code: cần chữ"),
    "steps that are no list": (_service(steps="Nộp."), f"{DICH_VU}: steps: cần một danh sách"),
    "a step with a bare colon": (
        _service(steps=[{"Bước 1": "nộp"}]),
        f"{DICH_VU}: steps: cần một danh sách",
    ),
    "no steps at all": (_service(steps=[]), f"{DICH_VU}: steps: "),
    "a name that is too long": (_service(name="a" * 301), f"{DICH_VU}: name: "),
    "a flag in words": (_service(featured="có"), f"{DICH_VU}: featured: cần true hoặc false"),
    "a level 3 without form": (
        _service(form={}),
        f"{DICH_VU}: form: Dịch vụ mức độ 3 trở lên cần biểu mẫu",
    ),
    "a bad kind of question": (
        _question(kind="colour"),
        f"{DICH_VU}: form: Loại câu hỏi không có trong danh sách",
    ),
    "a date in a form": (
        _question(min=date(2026, 1, 1)),
        f"{DICH_VU}: form: cần “sections”; ngày tháng phải",
    ),
    "an infinite number in a form": (_question(min=float("inf")), f"{DICH_VU}: form: "),
    "papers that are no list": (_service(papers={}), f"{DICH_VU}: papers: cần một danh sách"),
    "a paper that is no mapping": (
        _service(papers=["giấy"]),
        f"{DICH_VU}: papers[1]: cần các dòng “khóa: giá trị”",
    ),
    "a bad kind of paper": (
        lambda folder: folder.service["papers"][1].update(kind="la"),
        f"{DICH_VU}: papers[2].kind: chọn một trong: form, original",
    ),
    "two papers of one key": (
        lambda folder: folder.service["papers"][1].update(key="to-khai"),
        f"{DICH_VU}: papers[2].key: “to-khai” đã có",
    ),
    "a negative fee": (
        lambda folder: folder.service["fees"][0].update(amount=-1),
        f"{DICH_VU}: fees[1].amount: ",
    ),
    "a fee with dots": (
        lambda folder: folder.service["fees"][0].update(amount="8.000"),
        f"{DICH_VU}: fees[1].amount: cần một số nguyên",
    ),
    "a bad form of a template": (
        lambda folder: folder.service["templates"][0].update(form={"x": 1}),
        f"{DICH_VU}: templates[1].form: Biểu mẫu phải là",
    ),
    "two agencies of one code": (
        lambda folder: folder.agencies.append(dict(AGENCY)),
        "agencies.yaml: [2].code: “mot-cua” đã có",
    ),
    "a bad address": (
        lambda folder: folder.agencies[0].update(email="x"),
        "agencies.yaml: [1].email: ",
    ),
    "a field without name": (
        lambda folder: folder.fields[0].pop("name"),
        "fields.yaml: [1].name: thiếu khóa này",
    ),
    "a code with accents": (
        lambda folder: folder.fields[0].update(code="hộ tịch"),
        "fields.yaml: [1].code: ",
    ),
    "a day in words": (
        lambda folder: folder.days[0].update(day="2/9"),
        "special_days.yaml: [1].day: cần một ngày",
    ),
    "two days of one date": (
        lambda folder: folder.days.append(dict(DAY)),
        "special_days.yaml: [2].day: “2026-09-02”",
    ),
    "no services": (lambda folder: folder.services.clear(), "services/: chưa có tệp dịch vụ nào"),
}
BAD_FILES = {
    "bad YAML": (
        "fields.yaml",
        "- code: [ho-tich\n- name: x\n",
        "fields.yaml: dòng 2: sửa lỗi YAML",
    ),
    "a key written twice": (
        DICH_VU,
        "slug: dich-vu\nslug: khac\n",
        f"{DICH_VU}: dòng 1: sửa lỗi YAML: khóa “slug”",
    ),
    "a day that does not exist": (
        "special_days.yaml",
        "- day: 2026-02-30\n",
        "special_days.yaml: không đọc được",
    ),
    "an empty file": (DICH_VU, "", f"{DICH_VU}: cần các dòng “khóa: giá trị”"),
    "an empty list": ("agencies.yaml", "# không có gì\n", "agencies.yaml: cần một danh sách"),
    "code in YAML": (
        DICH_VU,
        "slug: !!python/object/apply:os.getcwd []\n",
        f"{DICH_VU}: dòng 1: sửa lỗi YAML",
    ),
    "a second file of one slug": (
        "services/dich-vu.yml",
        yaml.safe_dump(SERVICE),
        "services/dich-vu.yml: slug: “dich-vu”",
    ),
}


def refusal(path):
    """Load a folder that must be refused, saving nothing; return what the command says."""
    before = snapshot()
    with pytest.raises(CommandError) as refused:
        load(path)
    assert snapshot() == before
    return str(refused.value)


@pytest.mark.parametrize("name", MISTAKES)
def test_load_names_a_mistake_with_its_place_and_saves_nothing(folder, name):
    change, told = MISTAKES[name]
    change(folder)
    folder.write()
    assert f"\n{told}" in refusal(folder.path)


@pytest.mark.parametrize("name", BAD_FILES)
def test_load_names_a_file_that_cannot_be_read_and_saves_nothing(folder, name):
    file, text, told = BAD_FILES[name]
    folder.write()
    folder.raw(file, text)
    assert f"\n{told}" in refusal(folder.path)


def test_load_names_a_file_that_is_not_text(folder):
    folder.write()
    (folder.path / "fields.yaml").write_bytes(b"\xff\xfe\x00name")
    assert "\nfields.yaml: không đọc được" in refusal(folder.path)


def test_load_names_a_folder_that_does_not_exist(tmp_path):
    told = refusal(tmp_path / "khong-co")
    assert "agencies.yaml: không có tệp này; hãy tạo nó." in told
    assert "services/: chưa có tệp dịch vụ nào" in told


def test_load_reports_an_unreadable_file_once_and_not_for_every_service(folder):
    folder.write()
    folder.raw("fields.yaml", "- [")
    assert "có 1 lỗi" in refusal(folder.path)


def test_load_reports_all_mistakes_at_once_and_keeps_the_older_catalogue(folder):
    folder.load()
    folder.service.update(level="bốn", colour="đỏ")
    folder.services["khac"] = copy.deepcopy(SERVICE) | {"slug": "khac", "field": "la"}
    folder.services["khac"]["fees"][0]["amount"] = -5
    folder.agencies[0]["email"] = "x"
    folder.write()
    told = refusal(folder.path)
    assert "có 5 lỗi, chưa lưu gì" in told
    for place in ("agencies.yaml: [1].email", f"{DICH_VU}: level", f"{DICH_VU}: colour"):
        assert place in told
    for place in ("services/khac.yaml: field", "services/khac.yaml: fees[1].amount"):
        assert place in told


# --- There and back ---


def dump(path):
    call_command("dump_catalogue", str(path), stdout=io.StringIO(), stderr=io.StringIO())


def test_dump_loads_back_without_a_change(tmp_path):
    load()
    before = snapshot()
    dump(tmp_path)
    count = Service.objects.count()
    assert load(tmp_path) == f"{count} dịch vụ: 0 mới, 0 cập nhật, {count} giữ nguyên"
    assert snapshot() == before


def test_dump_makes_the_same_catalogue_in_an_empty_database(folder, tmp_path_factory):
    folder.load()
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    dump(first)
    for model in (Service, Field, Agency, SpecialDay):
        model.objects.all().delete()
    load(first)
    dump(second)
    for path in first.rglob("*.yaml"):
        assert path.read_text() == (second / path.relative_to(first)).read_text()


def test_dump_is_written_for_people(folder, tmp_path_factory):
    folder.questions.append(
        QUESTION | {"key": "chon", "kind": "choice", "options": [["b", "Hai"], ["a", "Một"]]}
    )
    folder.load()
    path = tmp_path_factory.mktemp("dump")
    dump(path)
    text = (path / "services" / "dich-vu.yaml").read_text(encoding="utf-8")
    assert text.startswith("slug: dich-vu\nname: Dịch vụ\n")
    assert "      - [b, Hai]\n      - [a, Một]\n" in text
    assert text.index("key: chon") < text.index("kind: choice") < text.index("options:")


def test_dump_keeps_a_service_unpublished(folder, tmp_path_factory):
    folder.load()
    Service.objects.update(is_published=False)
    path = tmp_path_factory.mktemp("dump")
    dump(path)
    load(path)
    assert not Service.objects.get().is_published


def test_dump_names_files_that_are_not_of_the_catalogue(folder):
    folder.load()
    folder.raw("services/cu.yaml", "slug: cu\n")
    said = io.StringIO()
    call_command("dump_catalogue", str(folder.path), stdout=io.StringIO(), stderr=said)
    assert "cu.yaml" in said.getvalue()


def test_dump_names_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "tep").write_text("")
    with pytest.raises(CommandError, match="Không ghi được"):
        dump(tmp_path / "tep")


def test_load_takes_the_shipped_folder_by_default():
    assert settings.CATALOGUE_DIR.endswith("services/catalogue")


@pytest.mark.parametrize("place", ["name", "legal_basis", "form"])
def test_load_names_what_papers_cannot_print(folder, place):
    changed = {"name": "Dịch vụ 🌺", "legal_basis": ["Luật 🌺"]}
    if place == "form":
        folder.questions[0]["label"] = "Tên 🌺"
    else:
        folder.service[place] = changed[place]

    with pytest.raises(CommandError, match="không in được ký tự: 🌺"):
        folder.load()
