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

# How many requests one web process works on at once; each thread has its database connection.
WEB_THREADS = env.int("WEB_THREADS", default=8)

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
    # Before those that refuse: a thread goes on in the language of its last page.
    "django.middleware.locale.LocaleMiddleware",
    "portal.middleware.RequireProxies",
    "portal.middleware.reject_nul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.end_staff_sessions",
    "portal.middleware.require_second_factor",
    "portal.middleware.keep_accounts_private",
    "portal.middleware.ImpossibleParameters",
    "portal.middleware.keep_dossiers_open",
    "portal.middleware.refuse_large_body",
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
DATABASES["default"]["ENGINE"] = "portal.database"  # Django's own, with deadlines
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Transactions are opened by dossiers.workflow and payments.ledger, not for each request.
DATABASES["default"]["ATOMIC_REQUESTS"] = False
# What DATABASE_URL says in its query wins. The deadlines of statements: portal.database.deadlines.
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 2,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds until unacknowledged data end a connection
} | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))
# No web server serves these files: dossiers.applicant.track.download asks dossiers.access first.
MEDIA_URL = ""
STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    # Uploads and papers alone are for no other user: the setting FILE_UPLOAD_PERMISSIONS would
    # hold for collected static files as well, which the web process has to read.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Limits of what may come in ---

UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=10 * 1024 * 1024)
# One request: with files on the pages that take them, and on every other page (portal.web.limits).
UPLOAD_MAX_REQUEST_BYTES = env.int("UPLOAD_MAX_REQUEST_BYTES", default=60 * 1024 * 1024)
REQUEST_MAX_BYTES = 1024 * 1024
# More files than these are left out and named; far more are refused with the whole request.
UPLOAD_MAX_FILES = 40
UPLOAD_MAX_PIXELS = 60_000_000  # a 60-megapixel photo; more is an image bomb
DATA_UPLOAD_MAX_MEMORY_SIZE = REQUEST_MAX_BYTES
DATA_UPLOAD_MAX_NUMBER_FILES = 500
FILE_UPLOAD_HANDLERS = [
    "dossiers.applicant.upload_handler.UploadLimits",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DRAFT_KEEP_DAYS = env.int("DRAFT_KEEP_DAYS", default=30)

# --- Rate limits (docs/limits.md) ---

# Of one network in an hour. A network may be a commune's Wi-Fi or a mobile operator's address that
# thousands share: these limits are for floods, and no right code is refused by any of them.
LOOKUP_FAILURES_PER_HOUR = env.int("LOOKUP_FAILURES_PER_HOUR", default=1000)
SIGN_IN_FAILURES_PER_HOUR = env.int("SIGN_IN_FAILURES_PER_HOUR", default=1000)
DRAFTS_PER_HOUR = env.int("DRAFTS_PER_HOUR", default=300)
UPLOAD_BYTES_PER_HOUR = env.int("UPLOAD_BYTES_PER_HOUR", default=5 * 1024**3)
FORGERIES_PER_HOUR = env.int("FORGERIES_PER_HOUR", default=100)
# Of all networks together in an hour, and how many are kept at most.
MAX_FORGERIES_PER_HOUR = env.int("MAX_FORGERIES_PER_HOUR", default=1000)
MAX_KEPT_FORGERIES = env.int("MAX_KEPT_FORGERIES", default=20_000)
# Tries at one code or one account: so many at once, then slower up to so many seconds between two.
UNLOCK_FREE_TRIES = env.int("UNLOCK_FREE_TRIES", default=3)
UNLOCK_MAX_DELAY = env.int("UNLOCK_MAX_DELAY", default=15 * 60)
SIGN_IN_FREE_TRIES = env.int("SIGN_IN_FREE_TRIES", default=3)
SIGN_IN_MAX_DELAY = env.int("SIGN_IN_MAX_DELAY", default=5 * 60)
# What one dossier and the open drafts of one browser may hold.
DOSSIER_MAX_BYTES = env.int("DOSSIER_MAX_BYTES", default=100 * 1024 * 1024)
BROWSER_MAX_BYTES = env.int("BROWSER_MAX_BYTES", default=300 * 1024 * 1024)
MAX_OPEN_DRAFTS = env.int("MAX_OPEN_DRAFTS", default=20)

# --- Files that are sent in ---

# ClamAV's daemon: tcp://host:3310 or unix:///path. Without one no file is scanned.
CLAMAV_URL = env.str("CLAMAV_URL", default="")

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
# No user name is asked: a sign-up answers the same whether or not the address has an account, and
# only who reads the code that is mailed to it goes on (portal.accounts.sign_up).
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
# Whoever sets a new password by their mail is let in, and their browser is known from then on.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_REDIRECT_URL = reverse_lazy("portal:home")
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_USER_DISPLAY = str  # the user's own __str__
# A password or a key asked again before what weighs most is good for so many seconds.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600

# --- Sessions and second factors ---

# The cookie ends with the browser, the row in the database after this.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 60 * 60 * 12
STAFF_SESSION_IDLE = timedelta(minutes=env.int("STAFF_SESSION_IDLE_MINUTES", default=30))
STAFF_SESSION_LIFETIME = timedelta(hours=env.int("STAFF_SESSION_HOURS", default=12))
STAFF_MFA_REQUIRED = env.bool("STAFF_MFA_REQUIRED", default=PRODUCTION)
MFA_ADAPTER = "portal.accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "portal.accounts.forms.SecondFactorByCodeForm",
    "reauthenticate": "portal.accounts.forms.AgainByCodeForm",
    "add_webauthn": "portal.accounts.forms.AddKeyForm",
    "edit_webauthn": "portal.accounts.forms.RenameKeyForm",
    "login_webauthn": "portal.accounts.forms.SignInByKeyForm",
    "authenticate_webauthn": "portal.accounts.forms.SecondFactorByKeyForm",
    "reauthenticate_webauthn": "portal.accounts.forms.AgainByKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A stranger who asks for a new password with an officer's address makes an unconfirmed row for it.
# Nobody gets into a sign-up without confirming (portal.accounts.sign_up), so no factor needs that.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# The clock of a telephone may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# A mail tells of every change to a password, a factor or an address.
ACCOUNT_EMAIL_NOTIFICATIONS = True
MESSAGE_STORAGE = "portal.accounts.messages.MessageStorage"

# Sign-ins are limited by portal.accounts.sign_in_limits. These are allauth's other limits, of a
# network as far as it can be many people's ("ip"), else of one account or address.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": None,
    "signup": "300/h/ip",
    "reset_password": "300/h/ip,10/h/key",
    "reset_password_from_key": "300/h/ip",
    "confirm_email": "10/h/key",
}
# Nobody guesses the answer of a key: this is for floods.
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}
ALLAUTH_RATE_LIMIT_IPV6_PREFIX = 64
# Keeps the counts of those limits.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Of more rows than this some are thrown out, which would forget counts.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
UNCONFIRMED_KEEP_DAYS = env.int("UNCONFIRMED_KEEP_DAYS", default=7)
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="batoportal")

# --- Money ---

# For how many minutes an attempt to pay stays open.
PAYMENT_MINUTES = env.int("PAYMENT_MINUTES", default=15)
MOCK_GATEWAY = env.bool("MOCK_GATEWAY", default=not PRODUCTION)
DEVELOPMENT_VNPAY_SECRET = "development-only-gateway-secret"  # noqa: S105 - refused in production
DEMO_VNPAY_TMN_CODE = "BATODEMO"
VNPAY = {
    "TMN_CODE": env.str("VNPAY_TMN_CODE", default=DEMO_VNPAY_TMN_CODE),
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
# No other limit stops a mail: threads, which send them, know no time limit of Celery's.
EMAIL_TIMEOUT = 10

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A process that printed much is replaced, before memory that a library leaks is missed elsewhere.
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB; printing takes about 200,000
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
# By it a browser that has signed in to an account is known again (portal.accounts.devices).
DEVICE_COOKIE_NAME = f"{COOKIE_PREFIX}device"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.pages.without_token"
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
    "filters": {
        "hide_codes": {"()": "portal.logs.HideCodes"},
        "short_refusals": {"()": "portal.logs.ShortRefusals"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["short_refusals", "hide_codes"],
        },
    },
    "loggers": {
        "weasyprint": {"level": "WARNING"},  # six lines for each paper otherwise
        "fontTools": {"level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}

# --- Metrics ---

# Who shows this token may read /suc-khoe/so-do; empty: nobody may.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
