"""Settings of the deployment. What a city decides is an office setting in the database, never here."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from waiban.site import environment

PACKAGE = Path(__file__).resolve().parent.parent
STATE = Path(environment.text("WAIBAN_FILES", str(PACKAGE.parent.parent / "var")))

DEBUG = environment.flag("WAIBAN_DEBUG")
# Commands that serve nobody (lint, makemigrations) may run without a key; waiban serve refuses this one.
SECRET_KEY = environment.text("WAIBAN_SECRET_KEY", "not for serving")
ALLOWED_HOSTS = environment.text("WAIBAN_HOSTS", "127.0.0.1,localhost").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in environment.text("WAIBAN_ORIGINS", "").split(",") if origin]

ROOT_URLCONF = "waiban.site.urls"
WSGI_APPLICATION = "waiban.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Account"

INSTALLED_APPS = [
    "waiban.site.api",
    "waiban.site.office_init",
    "waiban.desks.inbox",
    "waiban.desks.practice",
    "waiban.desks.register",
    "waiban.desks.statistics",
    "waiban.desks.processes",
    "waiban.desks.acts",
    "waiban.desks.travellers",
    "waiban.domains.outbound",
    "waiban.domains.partners",
    "waiban.core.ui",
    "waiban.core.casework",
    "waiban.core.papers",
    "waiban.core.people",
    "waiban.core.files",
    "waiban.core.notify",
    "waiban.core.jobs",
    "waiban.core.offices",
    "waiban.core.search",
    "waiban.core.access",
    "waiban.core.audit",
    "waiban.core.places",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "waiban.core.access.middleware.RequestTransaction",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads each page, so that its length tells nothing of its secrets
    "waiban.core.ui.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "waiban.core.people.middleware.PrincipalOfAccount",
    "waiban.core.ui.middleware.NoNul",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "waiban.core.ui.context.shell",
            ],
        },
    }
]

# default: the app's role, which owns nothing. register: the same role on a second connection, for reads and
# refusals that outlive a rollback. owner: migrations and upkeep; a server that serves has no such URL.
_app = environment.database("WAIBAN_APP_URL", "waiban.core.access.backend")
_owner = environment.database("DATABASE_URL", "django.db.backends.postgresql")
DATABASES: dict[str, Any] = {"default": _app or {"ENGINE": "django.db.backends.dummy"}}
if _app:
    DATABASES["register"] = dict(_app)
if _owner:
    DATABASES["owner"] = _owner
DATABASE_ROUTERS: list[str] = []

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"  # the demo's; legal days are computed in the zone of each office

STATIC_URL = "static/"
STATIC_ROOT = STATE / "static"
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": STATE / "files"}},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if environment.flag("WAIBAN_COLLECTED")
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not environment.flag("WAIBAN_COLLECTED")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "waiban.core.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
# Counts of failed sign-ins, kept in files: several server processes count together, and nothing is lost by clearing it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": STATE / "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
SOCIALACCOUNT_ADAPTER = "waiban.core.people.adapter.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"APPS": environment.single_sign_on()}}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

SESSION_COOKIE_AGE = 60 * 60 * 10  # a working day
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.flag("WAIBAN_HTTPS")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

EMAIL_BACKEND = environment.text("WAIBAN_MAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = environment.text("WAIBAN_MAIL_FROM", "waiban@localhost")

# Keys outside the database: Ed25519 (seal of the register) and Fernet (identity numbers); made by the launcher.
WAIBAN_KEYS = Path(environment.text("WAIBAN_KEYS", str(STATE / "keys")))

# A folder of fonts that the operator holds licences for (方正小标宋, 仿宋_GB2312 …); they come before the package's.
WAIBAN_PRINT_FONTS = Path(_fonts) if (_fonts := environment.text("WAIBAN_PRINT_FONTS", "")) else None

COTTON_DIR = "cotton"
SILENCED_SYSTEM_CHECKS: list[str] = []

# Everything goes to standard error, one line a record with its traceback; whoever runs the process keeps it.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "propagate": True}, "django.server": {"handlers": [], "propagate": True}},
}
