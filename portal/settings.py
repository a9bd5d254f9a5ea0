"""All settings: defaults are for development, the environment changes them (docs/environment.md).

Nothing here is a secret. `portal.checks` refuses the development defaults when PRODUCTION is on.
"""

from datetime import timedelta
from pathlib import Path

import environ
import yaml
from csp.constants import NONE, SELF
from django.urls import reverse_lazy

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()

# --- Where it runs ---

PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
DEVELOPMENT_SECRET_KEY = "development-only-key-refused-in-production-by-a-system-check"  # noqa: S105 - refused there
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY)
# Former keys: what was signed with one of them is still believed (docs/how-to.md).
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The address people type; it goes into mails and QR codes.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
# How many proxies of ours add to X-Forwarded-For; 0 means the header is not believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

# --- The authority: data, not code ---

AUTHORITY_FILE = env.str(
    "AUTHORITY_FILE", default=str(BASE_DIR / "services" / "catalogue" / "authority.yaml")
)
AUTHORITY = yaml.safe_load(Path(AUTHORITY_FILE).read_text(encoding="utf-8"))
CATALOGUE_DIR = env.str("CATALOGUE_DIR", default=str(BASE_DIR / "services" / "catalogue"))

# --- Apps and middleware ---

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "payments.apps.PaymentsConfig",
    "dossiers.apps.DossiersConfig",
    "services.apps.ServicesConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.forms",  # widget templates of our own stand beside Django's
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "portal.apps.QuickStaticFilesConfig",
    "bootstrap",
    "crispy_forms",
    "crispy_bootstrap5",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
]

MIDDLEWARE = [
    "portal.middleware.DatabaseUnavailable",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # before those that answer
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "portal.middleware.reject_nul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.end_staff_sessions",
    "portal.middleware.require_second_factor",
    "portal.middleware.keep_accounts_private",
    "portal.middleware.UnreadableFilter",
    "portal.middleware.keep_dossiers_open",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.authority",
            ],
        },
    }
]

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data ---

DATABASES = {
    "default": env.db("DATABASE_URL", default="postgresql://postgres@127.0.0.1:5432/portal")
}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Transactions are opened by dossiers.workflow and payments.ledger, not for each request.
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))
# No web server serves these files: dossiers.applicant.track.download asks dossiers.access first.
MEDIA_URL = ""
STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- Limits of what may come in ---

UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=10 * 1024 * 1024)
UPLOAD_MAX_PIXELS = 60_000_000  # a 60-megapixel photo; more is an image bomb
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 40
DRAFT_KEEP_DAYS = env.int("DRAFT_KEEP_DAYS", default=30)
LOOKUP_FAILURES_PER_HOUR = env.int("LOOKUP_FAILURES_PER_HOUR", default=30)
UNLOCK_FAILURES_PER_HOUR = env.int("UNLOCK_FAILURES_PER_HOUR", default=5)

# --- Language and time ---

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
FORMAT_MODULE_PATH = ["portal.formats"]

# --- People ---

AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_REDIRECT_URL = reverse_lazy("dossiers:mine")
LOGIN_URL = reverse_lazy("account_login")
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGOUT_REDIRECT_URL = reverse_lazy("portal:home")
ACCOUNT_SESSION_REMEMBER = False
# A password or a key asked again before what weighs most is good for so many seconds.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600

# --- Sessions and second factors ---

SESSION_ENGINE = "portal.accounts.session_store"
# The cookie ends with the browser, the row in the database after this.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 60 * 60 * 12
STAFF_SESSION_IDLE = timedelta(minutes=env.int("STAFF_SESSION_IDLE_MINUTES", default=30))
STAFF_SESSION_LIFETIME = timedelta(hours=env.int("STAFF_SESSION_HOURS", default=12))
STAFF_MFA_REQUIRED = env.bool("STAFF_MFA_REQUIRED", default=PRODUCTION)
MFA_ADAPTER = "portal.accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "portal.accounts.forms.AddKeyForm",
    "edit_webauthn": "portal.accounts.forms.RenameKeyForm",
    "login_webauthn": "portal.accounts.forms.SignInByKeyForm",
    "authenticate_webauthn": "portal.accounts.forms.SecondFactorByKeyForm",
    "reauthenticate_webauthn": "portal.accounts.forms.AgainByKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# The clock of a telephone may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# A mail tells of every change to a password, a factor or an address.
ACCOUNT_EMAIL_NOTIFICATIONS = True
MESSAGE_STORAGE = "portal.accounts.messages.MessageStorage"

# The throttle of sign-ins is kept by allauth in the cache.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
    }
}
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="batoportal")

# --- Money ---

# For how many minutes an attempt to pay stays open.
PAYMENT_MINUTES = env.int("PAYMENT_MINUTES", default=15)
MOCK_GATEWAY = env.bool("MOCK_GATEWAY", default=not PRODUCTION)
DEVELOPMENT_VNPAY_SECRET = "development-only-gateway-secret"  # noqa: S105 - refused in production
VNPAY = {
    "TMN_CODE": env.str("VNPAY_TMN_CODE", default="BATODEMO"),
    "HASH_SECRET": env.str("VNPAY_HASH_SECRET", default=DEVELOPMENT_VNPAY_SECRET),
    "PAY_URL": env.str("VNPAY_PAY_URL", default=""),
}
# The gateway of new payments: the mock plays the bank where it is on and VNPay has no address.
PAYMENT_PROVIDER = env.str(
    "PAYMENT_PROVIDER",
    default="mock" if MOCK_GATEWAY and not VNPAY["PAY_URL"] else "vnpay",
)

# --- Mail and background work ---

EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="Dịch vụ công Ba Tơ <khong-tra-loi@bato.example.vn>"
)
EMAIL_TIMEOUT = 20

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page must not wait for a broker that is down: the row is written, the sweep will find it.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
    "visibility_timeout": 300,
    "max_retries": 0,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- Security ---

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # The payment page is left by a redirect of a form: the gateway's host must be named here.
        "form-action": [SELF, *env.list("VNPAY_FORM_HOSTS", default=[])],
    }
}
HTTPS = env.bool("HTTPS", default=PRODUCTION)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^suc-khoe/"]
# A cookie of this prefix can be set by this host alone and over HTTPS alone.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
# The key of a telephone or a computer opens an account without HTTPS only in development.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# What no page uses is off, for scripts that somebody might smuggle in as well.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "accelerometer": [],
    "camera": [],
    "display-capture": [],
    "geolocation": [],
    "gyroscope": [],
    "magnetometer": [],
    "microphone": [],
    "midi": [],
    "payment": [],
    "publickey-credentials-create": ["self"],
    "publickey-credentials-get": ["self"],
    "screen-wake-lock": [],
    "serial": [],
    "usb": [],
}
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logs: one line each, never a code or a person ---

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"hide_codes": {"()": "portal.logs.HideCodes"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["hide_codes"],
        },
    },
    "loggers": {"weasyprint": {"level": "WARNING"}},  # six lines for each paper otherwise
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
