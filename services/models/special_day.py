from django.db import models
from django.utils.translation import gettext_lazy as _


class SpecialDay(models.Model):
    """A holiday, or a Saturday worked instead of another day (Labour Code 2019 art. 112)."""

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
