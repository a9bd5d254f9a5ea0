"""The accounts of people in the admin."""

from django.contrib.auth.admin import UserAdmin
from django.db import models

from services.questions.text import refuse_undrawn


class PersonAdmin(UserAdmin):
    """Accounts, with the fields that papers print. Roles are groups."""

    formfield_overrides = {models.CharField: {"validators": [refuse_undrawn]}}
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
