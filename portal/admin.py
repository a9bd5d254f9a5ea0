"""The staff's side as a whole: its name, its sign-in, and the accounts of people."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.admin import UserAdmin

from portal.models import User


class StaffSignInForm(AdminAuthenticationForm):
    """The admin's sign-in behind the same throttle as the citizens': passwords cannot be tried one after another."""

    def clean(self) -> dict:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username and password:
            # Raises ValidationError once this name or this address has failed too often.
            user = get_adapter(self.request).authenticate(
                self.request, username=username, password=password
            )
            if user is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(user)
            self.user_cache = user
        return self.cleaned_data


admin.site.site_header = f"Trang cán bộ – {settings.AUTHORITY['short_name']}"
admin.site.site_title = "Trang cán bộ"
admin.site.index_title = "Việc của bạn"
admin.site.login_form = StaffSignInForm
# A handful of pages needs no second menu beside them; on a telephone it would be in the way.
admin.site.enable_nav_sidebar = False


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Accounts, with what papers print of a person. Roles are groups."""

    list_display = ["username", "full_name", "title", "is_staff", "is_active"]
    search_fields = ["username", "full_name", "email", "phone"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Họ tên, liên hệ", {"fields": ["full_name", "title", "email", "phone", "citizen_id"]}),
        ("Vai trò và quyền", {"fields": ["is_active", "is_staff", "groups", "is_superuser"]}),
        ("Thời điểm", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "full_name", "usable_password", "password1", "password2"]})
    ]
    readonly_fields = ["last_login", "date_joined"]
