"""The catalogue: who offers which service, in which field, at which level, under which rules.

No dossier is known here. What a citizen was shown is copied onto the dossier when it is sent, so
rows may change.
"""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from services import form_spec
from services.search import fold


class Agency(models.Model):
    """A unit that decides or receives (Phòng Tư pháp, Bộ phận Một cửa…)."""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name = models.CharField(_("tên cơ quan"), max_length=200)
    address = models.CharField(_("địa chỉ"), max_length=300, blank=True)
    phone = models.CharField(_("điện thoại"), max_length=40, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("cơ quan")
        verbose_name_plural = _("cơ quan")

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        """Services are found by the name of their agency too."""
        super().save(*args, **kwargs)
        for service in self.services.select_related("field"):
            service.refresh_search_text()


class Field(models.Model):
    """A field of administration (lĩnh vực): civil status, construction, people with merit…"""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name = models.CharField(_("tên lĩnh vực"), max_length=120)
    summary = models.CharField(_("mô tả ngắn"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ["order", "name"]
        verbose_name = _("lĩnh vực")
        verbose_name_plural = _("lĩnh vực")

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        """Services are found by the name of their field too."""
        super().save(*args, **kwargs)
        for service in self.services.select_related("agency"):
            service.refresh_search_text()


class Level(models.IntegerChoices):
    """The four levels of Decree 43/2011/NĐ-CP art.

    3; each is a behaviour of the portal (docs/architecture.md).
    """

    INFORMATION = 1, _("Mức độ 1")
    DOWNLOAD = 2, _("Mức độ 2")
    ONLINE = 3, _("Mức độ 3")
    FULL = 4, _("Mức độ 4")


class TimeUnit(models.TextChoices):
    """Units of a time limit; an hour is a working hour.

    Eight of them a working day (Decree 61/2018/NĐ-CP practice).
    """

    HOURS = "hours", _("giờ làm việc")
    WORKING_DAYS = "working_days", _("ngày làm việc")
    CALENDAR_DAYS = "calendar_days", _("ngày")


def period_in_words(amount: int, unit: str) -> str:
    """Return a period as people read it.

    "20 ngày làm việc", and "1 working day" where a language has a singular.
    """
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
    def published(self):
        return self.filter(is_published=True).select_related("field", "agency")

    def online(self):
        """Services of the list "mức độ 3 trở lên": a dossier can be sent from home."""
        return self.filter(level__gte=Level.ONLINE)

    def offline(self):
        """Services of the list "mức độ 1, 2".

        Everything to read, forms to take, nothing to send.
        """
        return self.filter(level__lt=Level.ONLINE)

    def matching(self, text: str):
        """Services that hold every word of `text`, whatever its accents, case or Unicode form."""
        found = self
        for word in fold(text).split():
            found = found.filter(search_text__contains=word)
        return found


class Service(models.Model):
    """One public service with every item that a level-1 page owes the reader (Circular 32/2017/TT-
    BTTTT art.

    5).
    """

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
    form = models.JSONField(
        _("biểu mẫu điện tử"), default=dict, blank=True, validators=[form_spec.validate]
    )
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

    def save(self, *args, **kwargs):
        """Keep the folded search text true.

        And count a new form version whenever the form changes.
        """
        self.search_text = self._searchable()
        if self.pk:
            before = Service.objects.filter(pk=self.pk).values_list("form", flat=True).first()
            if before is not None and before != self.form:
                self.form_version += 1
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("services:detail", args=[self.slug])

    def clean(self):
        form = self.form if isinstance(self.form, dict) else {}
        if self.level is not None and self.level >= Level.ONLINE and not form.get("sections"):
            raise ValidationError({"form": _("Dịch vụ mức độ 3 trở lên cần biểu mẫu điện tử.")})

    def refresh_search_text(self) -> None:
        """Write the search text again, and only that.

        For when the name of the field or agency has changed.
        """
        Service.objects.filter(pk=self.pk).update(search_text=self._searchable())

    def _searchable(self) -> str:
        return fold(
            " ".join([self.name, self.summary, self.code, self.field.name, self.agency.name])
        )

    @property
    def takes_dossiers(self) -> bool:
        """Whether a dossier can be sent online now."""
        return self.is_published and self.is_online

    @property
    def is_online(self) -> bool:
        return self.level >= Level.ONLINE

    @property
    def is_paid_online(self) -> bool:
        """Whether a fee may be paid through the gateway: what level 4 adds to level 3."""
        return self.level == Level.FULL

    @property
    def fee_total(self) -> int | None:
        """Sum of the required fee lines in đồng.

        None when a line is set elsewhere ("theo quy định hiện hành").
        """
        lines = self.fees.all()
        amounts = [line.amount for line in lines if line.amount is not None]
        return sum(amounts) if len(amounts) == len(lines) else None

    @property
    def time_limit_text(self) -> str:
        """The time limit as people read it: "20 ngày làm việc"."""
        if self.time_limit is None:
            return str(_("Theo quy định hiện hành"))
        return period_in_words(self.time_limit, self.time_unit)


class Paper(models.Model):
    """One line of the list of papers (thành phần hồ sơ)."""

    class Kind(models.TextChoices):
        FORM = "form", _("Tờ khai theo mẫu")
        ORIGINAL = "original", _("Bản chính")
        CERTIFIED = "certified", _("Bản sao có chứng thực")
        COPY = "copy", _("Bản chụp")
        ELECTRONIC = "electronic", _("Bản điện tử")

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="papers")
    key = models.SlugField(_("mã"), max_length=40)
    name = models.CharField(_("tên giấy tờ"), max_length=300)
    kind = models.CharField(_("loại bản"), max_length=12, choices=Kind.choices, default=Kind.COPY)
    copies = models.PositiveSmallIntegerField(_("số bản"), default=1)
    required = models.BooleanField(_("bắt buộc"), default=True)
    # The filled-in online form takes the place of a paper form: such a line is listed, not
    # uploaded.
    upload = models.BooleanField(_("tải lên khi nộp trực tuyến"), default=True)
    hint = models.CharField(_("hướng dẫn"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("giấy tờ")
        verbose_name_plural = _("thành phần hồ sơ")
        constraints = [
            models.UniqueConstraint(fields=["service", "key"], name="paper_key_once_per_service")
        ]

    def __str__(self) -> str:
        return self.name


class Fee(models.Model):
    """One fee line; `amount` None reads "theo quy định hiện hành".

    Phí and lệ phí differ in law: both words exist.
    """

    class Kind(models.TextChoices):
        CHARGE = "le_phi", _("Lệ phí")
        FEE = "phi", _("Phí")

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="fees")
    key = models.SlugField(_("mã"), max_length=40)
    kind = models.CharField(_("loại"), max_length=8, choices=Kind.choices, default=Kind.CHARGE)
    name = models.CharField(_("nội dung thu"), max_length=200)
    amount = models.PositiveIntegerField(_("mức thu (đồng)"), null=True, blank=True)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("phí, lệ phí")
        verbose_name_plural = _("phí, lệ phí")
        constraints = [
            models.UniqueConstraint(fields=["service", "key"], name="fee_key_once_per_service")
        ]

    def __str__(self) -> str:
        return self.name


class FormTemplate(models.Model):
    """A form to take away: an uploaded file.

    Or else one printed from `form` (or from the service's own questions).
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="templates")
    key = models.SlugField(_("mã"), max_length=40)
    name = models.CharField(_("tên biểu mẫu"), max_length=300)
    addressee = models.CharField(_("kính gửi"), max_length=200, blank=True)
    form = models.JSONField(
        _("nội dung in"), default=dict, blank=True, validators=[form_spec.validate]
    )
    file = models.FileField(_("tệp có sẵn"), upload_to="bieu-mau/", blank=True)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("biểu mẫu")
        verbose_name_plural = _("biểu mẫu tải về")
        constraints = [
            models.UniqueConstraint(fields=["service", "key"], name="template_key_once_per_service")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("services:template", args=[self.service.slug, self.pk])


class SpecialDay(models.Model):
    """A day that is not what its weekday says.

    A holiday, or a Saturday worked instead (Labour Code 2019 art. 112).
    """

    class Kind(models.TextChoices):
        OFF = "off", _("Nghỉ")
        MAKE_UP = "make_up", _("Làm bù")

    day = models.DateField(_("ngày"), unique=True)
    kind = models.CharField(_("loại"), max_length=8, choices=Kind.choices, default=Kind.OFF)
    name = models.CharField(_("tên"), max_length=120)

    class Meta:
        ordering = ["day"]
        verbose_name = _("ngày nghỉ, ngày làm bù")
        verbose_name_plural = _("lịch nghỉ và làm bù")

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} – {self.name}"
