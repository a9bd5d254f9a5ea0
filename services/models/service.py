"""One public service, its level, its time limit, and how services are found."""

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from services.models.agency import Agency
from services.models.field import Field
from services.questions.specification import validate
from services.search import fold


class Level(models.IntegerChoices):
    """The four levels of Decree 43/2011/NĐ-CP art. 3.

    Each is a behaviour of the portal (docs/architecture.md).
    """

    INFORMATION = 1, _("Mức độ 1")
    DOWNLOAD = 2, _("Mức độ 2")
    ONLINE = 3, _("Mức độ 3")
    FULL = 4, _("Mức độ 4")


class TimeUnit(models.TextChoices):
    """Units of a time limit.

    An hour is a working hour, eight of them a working day (practice of Decree 61/2018/NĐ-CP).
    """

    HOURS = "hours", _("giờ làm việc")
    WORKING_DAYS = "working_days", _("ngày làm việc")
    CALENDAR_DAYS = "calendar_days", _("ngày")


def period_in_words(amount: int, unit: str) -> str:
    """Return a period as people read it: "20 ngày làm việc"; in English "1 working day"."""
    words = {
        TimeUnit.HOURS: ngettext("%(count)d giờ làm việc", "%(count)d giờ làm việc", amount),
        TimeUnit.WORKING_DAYS: ngettext(
            "%(count)d ngày làm việc", "%(count)d ngày làm việc", amount
        ),
        TimeUnit.CALENDAR_DAYS: ngettext("%(count)d ngày", "%(count)d ngày", amount),
    }
    return words[TimeUnit(unit)] % {"count": amount}


class Audience(models.TextChoices):
    CITIZEN = "citizen", _("Cá nhân")
    BUSINESS = "business", _("Tổ chức, doanh nghiệp")
    BOTH = "both", _("Cá nhân và tổ chức")


class ServiceQuerySet(models.QuerySet):
    def published(self) -> Self:
        return self.filter(is_published=True).select_related("field", "agency")

    def online(self) -> Self:
        """Services of which a dossier can be sent from home."""
        return self.filter(level__gte=Level.ONLINE)

    def offline(self) -> Self:
        """Services to read about and take forms for, with nothing to send."""
        return self.filter(level__lt=Level.ONLINE)

    def matching(self, text: str) -> Self:
        """Services with every word of `text`, whatever its accents, case or Unicode form."""
        found = self
        for word in fold(text).split():
            found = found.filter(search_text__contains=word)
        return found


class Service(models.Model):
    """One public service, with all that Circular 32/2017/TT-BTTTT art. 5 asks of a level-1 page."""

    Level = Level
    TimeUnit = TimeUnit
    Audience = Audience

    code = models.CharField(
        _("mã thủ tục"), max_length=30, blank=True, help_text=_("Mã TTHC quốc gia nếu có.")
    )
    slug = models.SlugField(_("đường dẫn"), max_length=100, unique=True)
    name = models.CharField(_("tên dịch vụ"), max_length=300)
    summary = models.TextField(_("tóm tắt bằng lời dễ hiểu"))
    field = models.ForeignKey(
        Field, on_delete=models.PROTECT, related_name="services", verbose_name=_("lĩnh vực")
    )
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        related_name="services",
        verbose_name=_("cơ quan giải quyết"),
    )
    level = models.PositiveSmallIntegerField(_("mức độ"), choices=Level.choices)
    audience = models.CharField(
        _("đối tượng"), max_length=10, choices=Audience.choices, default=Audience.CITIZEN
    )
    applicants = models.TextField(
        _("ai được làm"), blank=True, help_text=_("Điều kiện về người nộp, viết thành câu.")
    )
    steps = models.JSONField(
        _("trình tự thực hiện"), default=list, help_text=_("Danh sách các bước.")
    )
    channels = models.JSONField(_("cách thức thực hiện"), default=list)
    sets = models.PositiveSmallIntegerField(
        _("số bộ hồ sơ"), default=1, validators=[MinValueValidator(1)]
    )
    conditions = models.JSONField(_("yêu cầu, điều kiện"), default=list, blank=True)
    time_limit = models.PositiveSmallIntegerField(
        _("thời hạn"), null=True, blank=True, help_text=_("Để trống nếu theo quy định hiện hành.")
    )
    time_unit = models.CharField(
        _("đơn vị"), max_length=15, choices=TimeUnit.choices, default=TimeUnit.WORKING_DAYS
    )
    time_note = models.CharField(_("ghi chú thời hạn"), max_length=300, blank=True)
    result = models.CharField(_("kết quả"), max_length=300)
    legal_basis = models.JSONField(_("căn cứ pháp lý"), default=list)
    form = models.JSONField(_("biểu mẫu điện tử"), default=dict, blank=True, validators=[validate])
    form_version = models.PositiveIntegerField(_("phiên bản biểu mẫu"), default=1, editable=False)
    is_published = models.BooleanField(_("công khai"), default=True)
    is_featured = models.BooleanField(_("đưa lên trang chủ"), default=False)
    updated_at = models.DateTimeField(_("cập nhật"), auto_now=True)
    search_text = models.TextField(editable=False, default="")

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("dịch vụ công")
        verbose_name_plural = _("dịch vụ công")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__in=Level.values), name="service_level_1_to_4"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Renew the search text; a changed form is a new form version."""
        self.search_text = self._searchable()
        if self.pk:
            before = Service.objects.filter(pk=self.pk).values_list("form", flat=True).first()
            if before is not None and before != self.form:
                self.form_version += 1
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("services:detail", args=[self.slug])

    def clean(self) -> None:
        form = self.form if isinstance(self.form, dict) else {}
        if self.level is not None and self.level >= Level.ONLINE and not form.get("sections"):
            raise ValidationError({"form": _("Dịch vụ mức độ 3 trở lên cần biểu mẫu điện tử.")})

    def refresh_search_text(self) -> None:
        """Write the search text again, and only that, after its field or agency was renamed."""
        Service.objects.filter(pk=self.pk).update(search_text=self._searchable())

    def _searchable(self) -> str:
        return fold(
            " ".join([self.name, self.summary, self.code, self.field.name, self.agency.name])
        )

    @property
    def is_online(self) -> bool:
        return self.level >= Level.ONLINE

    @property
    def takes_dossiers(self) -> bool:
        """Whether a dossier can be sent online now."""
        return self.is_published and self.is_online

    @property
    def is_paid_online(self) -> bool:
        """Whether a fee may be paid through the gateway: what level 4 adds to level 3."""
        return self.level == Level.FULL

    @property
    def fee_total(self) -> int | None:
        """Sum of the fee lines in đồng; None when another rule sets a line."""
        lines = self.fees.all()
        amounts = [line.amount for line in lines if line.amount is not None]
        return sum(amounts) if len(amounts) == len(lines) else None

    @property
    def time_limit_text(self) -> str:
        """The time limit as people read it: "20 ngày làm việc"."""
        if self.time_limit is None:
            return str(_("Theo quy định hiện hành"))
        return period_in_words(self.time_limit, self.time_unit)
