"""What belongs to a service, line by line: papers, fees, forms to take away."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from services.models.service import Service
from services.questions.specification import validate


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
    # The answers given online take the place of a paper form: that line is listed, not uploaded.
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
    """A form to take away: an uploaded file, or else one printed.

    It is printed from `form`, or from the questions of its service where `form` is empty.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="templates")
    key = models.SlugField(_("mã"), max_length=40)
    name = models.CharField(_("tên biểu mẫu"), max_length=300)
    addressee = models.CharField(_("kính gửi"), max_length=200, blank=True)
    form = models.JSONField(_("nội dung in"), default=dict, blank=True, validators=[validate])
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
