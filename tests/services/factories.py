"""Rows of the catalogue for tests: each is complete and valid by itself."""

import copy
import datetime

import factory
from factory.django import DjangoModelFactory

from services.models import Agency, Fee, Field, FormTemplate, Paper, Service, SpecialDay
from services.questions.base import Question
from services.questions.registry import KINDS
from services.questions.spec_keys import keys_of
from services.questions.specification import parse

SMALL_FORM = {
    "sections": [
        {
            "key": "noi-dung",
            "title": "Nội dung đề nghị",
            "questions": [{"key": "noi_dung", "kind": "text", "label": "Nội dung"}],
        }
    ]
}


def small_form() -> dict:
    """Return a form of one text question, `noi_dung`; a copy that a test may change."""
    return copy.deepcopy(SMALL_FORM)


def raw_question(kind: str, **keys) -> dict:
    """Return a question as a specification holds it, complete for its kind."""
    options = [["a", "Lựa chọn Anh"], ["b", "Lựa chọn Bình"]]
    required = {"options": options} if "options" in keys_of(KINDS[kind]) else {}
    return {"key": "cau_1", "kind": kind, "label": "Câu hỏi", **required, **keys}


def question_of(kind: str, **keys) -> Question:
    """Return the question that a specification with these keys asks."""
    questions = [raw_question(kind, **keys)]
    (section,) = parse({"sections": [{"key": "phan", "title": "Phần", "questions": questions}]})
    return section.questions[0]


class AgencyFactory(DjangoModelFactory):
    class Meta:
        model = Agency
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"phong-{n}")
    name = factory.Sequence(lambda n: f"Phòng thử nghiệm {n}")


class FieldFactory(DjangoModelFactory):
    class Meta:
        model = Field
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"linh-vuc-{n}")
    name = factory.Sequence(lambda n: f"Lĩnh vực {n}")
    order = factory.Sequence(lambda n: n % 30_000)


class ServiceFactory(DjangoModelFactory):
    """A level-1 service.

    Traits: `downloadable` (2, one template), `online` (3), `paid` (4, one fee of 100.000 đ).
    """

    class Meta:
        model = Service
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"dich-vu-{n}")
    name = factory.Sequence(lambda n: f"Dịch vụ số {n}")
    summary = "Một dịch vụ dùng để thử nghiệm."
    field = factory.SubFactory(FieldFactory)
    agency = factory.SubFactory(AgencyFactory)
    level = Service.Level.INFORMATION
    steps = factory.LazyFunction(lambda: ["Chuẩn bị hồ sơ.", "Nộp hồ sơ.", "Nhận kết quả."])
    channels = factory.LazyFunction(lambda: ["Trực tiếp tại Bộ phận Một cửa."])
    conditions = factory.LazyFunction(list)
    legal_basis = factory.LazyFunction(lambda: ["Văn bản dùng để thử nghiệm."])
    form = factory.LazyFunction(dict)
    time_limit = 5
    time_unit = Service.TimeUnit.WORKING_DAYS
    result = "Giấy thử nghiệm"

    class Params:
        downloadable = factory.Trait(
            level=Service.Level.DOWNLOAD,
            template=factory.RelatedFactory(
                f"{__name__}.FormTemplateFactory", factory_related_name="service"
            ),
        )
        online = factory.Trait(level=Service.Level.ONLINE, form=factory.LazyFunction(small_form))
        paid = factory.Trait(
            level=Service.Level.FULL,
            form=factory.LazyFunction(small_form),
            fee=factory.RelatedFactory(f"{__name__}.FeeFactory", factory_related_name="service"),
        )


class PaperFactory(DjangoModelFactory):
    class Meta:
        model = Paper

    service = factory.SubFactory(ServiceFactory)
    key = factory.Sequence(lambda n: f"giay-to-{n}")
    name = factory.Sequence(lambda n: f"Giấy tờ số {n}")
    kind = Paper.Kind.COPY
    order = factory.Sequence(lambda n: n % 30_000)


class FeeFactory(DjangoModelFactory):
    class Meta:
        model = Fee

    service = factory.SubFactory(ServiceFactory)
    key = factory.Sequence(lambda n: f"khoan-thu-{n}")
    name = "Lệ phí giải quyết hồ sơ"
    amount = 100_000


class FormTemplateFactory(DjangoModelFactory):
    class Meta:
        model = FormTemplate

    service = factory.SubFactory(ServiceFactory)
    key = factory.Sequence(lambda n: f"mau-{n}")
    name = factory.Sequence(lambda n: f"Tờ khai số {n}")
    addressee = "Ủy ban nhân dân huyện Ba Tơ"
    form = factory.LazyFunction(small_form)


class SpecialDayFactory(DjangoModelFactory):
    class Meta:
        model = SpecialDay
        django_get_or_create = ("day",)

    day = factory.Sequence(lambda n: datetime.date(2030, 1, 1) + datetime.timedelta(days=n))
    kind = SpecialDay.Kind.OFF
    name = "Ngày nghỉ thử nghiệm"
