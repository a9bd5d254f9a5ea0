from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Services are found by the name of their field too."""
        super().save(*args, **kwargs)
        for service in self.services.select_related("agency"):
            service.refresh_search_text()
