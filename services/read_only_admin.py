"""An admin that shows rows and changes nothing."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest

Visitor = AbstractBaseUser | AnonymousUser


class ReadOnlyAdmin:
    """Mixin for a ModelAdmin or an inline: whoever `can_view` admits may look, nobody may write.

    Django's own permissions are not asked.
    """

    @staticmethod
    def can_view(user: Visitor) -> bool:
        raise NotImplementedError

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.can_view(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_view(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
