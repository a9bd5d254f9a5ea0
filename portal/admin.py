"""The admin as a whole: its name and its sign-in. Django imports this module by its name."""

from django.conf import settings
from django.contrib import admin

from portal.accounts import staff
from portal.accounts.admin import PersonAdmin
from portal.models import User

admin.site.site_header = f"Trang cán bộ – {settings.AUTHORITY['short_name']}"
admin.site.site_title = "Trang cán bộ"
admin.site.index_title = "Việc của bạn"
admin.site.login = staff.sign_in  # type: ignore[method-assign]
admin.site.enable_nav_sidebar = False  # it takes a third of a telephone's screen
admin.site.register(User, PersonAdmin)
