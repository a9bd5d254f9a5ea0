"""The application that the web server runs: the limits of portal.web before Django (ADR 10)."""

from django.conf import settings

from portal.database import deadlines
from portal.web import limits
from portal.web.bridge import Threads
from portal.web.front import Front
from portal.wsgi import application as django_application

deadlines.use(deadlines.WEB)
application = Front(
    Threads(django_application, settings.WEB_THREADS),
    Threads(django_application, limits.PASSWORD_THREADS),
)
