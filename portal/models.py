"""The accounts of citizens and staff."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A citizen or a member of staff. The roles of staff are groups (portal.accounts.groups)."""

    full_name = models.CharField(_("họ và tên"), max_length=120, blank=True)
    citizen_id = models.CharField(_("số định danh cá nhân"), max_length=12, blank=True)
    phone = models.CharField(_("điện thoại"), max_length=16, blank=True)
    title = models.CharField(
        _("chức danh"), max_length=120, blank=True, help_text=_("In trên giấy tờ do người này ký.")
    )

    class Meta:
        verbose_name = _("người dùng")
        verbose_name_plural = _("người dùng")

    def __str__(self) -> str:
        """The name a person knows; a sign-up asks for no name and makes up the user name."""
        address = "" if self.is_staff else self.email
        return self.full_name or address or self.username

    def get_full_name(self) -> str:
        return self.full_name or super().get_full_name()
