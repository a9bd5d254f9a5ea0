from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Services are found by the name of their agency too."""
        super().save(*args, **kwargs)
        for service in self.services.select_related("field"):
            service.refresh_search_text()
