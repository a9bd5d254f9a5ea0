"""Settings of the web process that tests start: no collected static files, smaller deadlines.

What is tested is that each deadline is kept; at their real length the tests would only wait longer.
"""

from portal.settings import *  # noqa: F403
from portal.web import limits

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
# A file that is far larger than what the kernel keeps for a slow reader.
STATICFILES_DIRS = [*STATICFILES_DIRS, env.str("TEST_STATIC_DIR")]  # noqa: F405

limits.MAX_PAUSE_SECONDS = 3
limits.MAX_SEND_SECONDS = 3
