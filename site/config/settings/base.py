"""The settings that all environments share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from core.postgresql import keep_trying

ROOT = Path(__file__).resolve().parents[3]
env = environ.Env()
DATA_DIR = Path(env("DATA_DIR", default=str(ROOT / "var"))).resolve()

# The processes that share this folder count together. It must exist before prometheus_client is imported.
if METRICS_DIR := env("PROMETHEUS_MULTIPROC_DIR", default=""):
    Path(METRICS_DIR).mkdir(parents=True, exist_ok=True)
# The port at which a worker, which serves no pages, answers the probes. 0: none.
WORKER_PORT = env.int("WORKER_PORT", default=0)

INSTALLED_APPS = [
    "search",
    "community.notifications",
    "community.inventories",
    "community.use_cases",
    "community.projects",
    "community.statements",
    "community.participation",
    "community.discussions",
    "community.organisations",
    "community.contact",
    "community.members",
    "community.mail",
    "community.live",
    "community.audit",
    "knowledge",
    "subjects",
    "core",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_cotton",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    # These are last: `config.seeding` runs when the tables of all other apps have been migrated.
    "operations",
    "config",
]

MIDDLEWARE = [
    "operations.observability.requests.ObservedMiddleware",
    "core.json_errors.JsonErrorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.page_cache.PageCacheMiddleware",
    "config.pages.database_unavailable.DatabaseUnavailableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "core.incoming.NormalizedInputMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.audience.ViewerMiddleware",
    "core.refusals.RefusalMiddleware",
    "core.impossible_urls.ImpossibleUrlMiddleware",
    "community.members.second_factor.SecondFactorMiddleware",
    "config.pages.content_security.ContentPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.pages.signed_out.SignedOutMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "community.members.browsers.KnownBrowserMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
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
            "builtins": [
                "django_cotton.templatetags.cotton",
                "core.templatetags.components",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "core.templatetags.times",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.pages.context.site",
            ],
        },
    }
]
COTTON_DIR = "cotton"

# Data
SQLITE_URL = f"sqlite:///{DATA_DIR / 'samverka.sqlite3'}"
DATABASES = {"default": env.db("DATABASE_URL", default=SQLITE_URL)}
# Django's persistent connections leak under ASGI; those of a pool do not. A worker in the same process takes one
# connection for each queue thread and two more, and leaves about half of the pool to pages. A request waits `timeout`
# seconds for a connection. While the server is down, the pool tries to connect every `reconnect_timeout` seconds.
POOL = {
    "min_size": 1,
    "max_size": 16,
    "timeout": 3,
    "reconnect_timeout": 0.5,
    "reconnect_failed": keep_trying,
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"] |= {
        "ENGINE": "core.postgresql",
        "OPTIONS": {"pool": POOL, "connect_timeout": 5},
    }

REDIS_URL = env("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "core.cache.FaultTolerantRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# The number of our own proxies in front of the site. Each appends the address of its client to X-Forwarded-For.
TRUSTED_HOPS = env.int("TRUSTED_HOPS", default=0)

# Search. All backends are written to. A search goes to the first, and to the next if that fails.
ELASTICSEARCH_URL = env("ELASTICSEARCH_URL", default="")
ELASTICSEARCH_PREFIX = env("ELASTICSEARCH_PREFIX", default="samverka")
SEARCH_BACKENDS = ["search.database.backend.DatabaseBackend"]
if ELASTICSEARCH_URL:
    SEARCH_BACKENDS.insert(0, "search.elastic.backend.ElasticBackend")

# Background work
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "index", "mail", "notices", "framework"],
    }
}
# Seconds after which another worker takes over the tasks of a worker that gives no sign of life.
WORKER_LEASE = env.float("WORKER_LEASE", default=30)
# A file that a worker touches regularly while it lives.
WORKER_HEARTBEAT = env("WORKER_HEARTBEAT", default="")

# Members and how they sign in
AUTH_USER_MODEL = "members.Member"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "projects:mine"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "community.members.forms.SignInForm",
    "signup": "community.organisations.forms.SignUpForm",
    "add_email": "community.members.forms.EmailForm",
    "reset_password": "community.members.forms.ForgottenPasswordForm",
    "reset_password_from_key": "community.members.forms.NewPasswordForm",
    "change_password": "community.members.forms.OtherPasswordForm",
}
ACCOUNT_SIGNUP_REDIRECT_URL = "organisations:welcome"
ACCOUNT_ADAPTER = "community.members.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
MFA_ADAPTER = "community.members.mfa_adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

# Language and time
LANGUAGE_CODE = "sv"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_I18N_ENABLED = True

# Files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [ROOT / "site" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"

# The API
NINJA_PAGINATION_CLASS = "config.pagination.Pages"
NINJA_PAGINATION_PER_PAGE = 50

# Wagtail's admin
WAGTAIL_SITE_NAME = "Samverka"
WAGTAILADMIN_BASE_URL = env("BASE_URL", default="http://localhost:8000")
WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
# Only members choose their passwords. A person whose account was created by staff asks for a link to choose one.
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILDOCS_DOCUMENT_MODEL = "knowledge.File"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "knowledge.forms.FileForm"
# An author never sees comments in the admin, and Wagtail mails them inside the request (`config.wagtail_mail`).
WAGTAILADMIN_COMMENTS_ENABLED = False
WAGTAILIMAGES_IMAGE_FORM_BASE = "knowledge.pictures.PictureForm"
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
# Pixels of all frames of an image together. Each takes four bytes while the image is read.
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 50_000_000
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
TAGGIT_CASE_INSENSITIVE = True
TAGGIT_TAGS_FROM_STRING = "knowledge.tags.parse_tags"
TAG_SPACES_ALLOWED = True
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "knowledge.forms.RichTextArea"}}

# Pages load only from this site, without inline script or style. /admin/ has a policy of its own
# (`config.pages.content_security`).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
ADMIN_CONTENT_SECURITY_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
    "form-action": [SELF],
    "base-uri": [SELF],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.pages.views.csrf_failure"

DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Samverka <samverka@localhost>")
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
# Seconds to wait for an answer of the mail server.
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT", default=20)
# Bounces are sent to name+<mail>@domain (docs/mail.md), or to DEFAULT_FROM_EMAIL if this is empty.
MAIL_BOUNCE_ADDRESS = env("MAIL_BOUNCE_ADDRESS", default="")
# Days until the text of a sent mail is erased.
MAIL_KEEP_DAYS = env.int("MAIL_KEEP_DAYS", default=7)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "operations.observability.logs.Line"},
        "json": {"()": "operations.observability.logs.Json"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": env("LOG_FORMAT", default="line")}
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Django's own handlers would mail errors with all data of the request.
        "django": {"handlers": []},
        # `ObservedMiddleware` already logs pages that are refused or not found.
        "django.request": {"level": "ERROR"},
        "wagtail": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
        # Lines of the servers go to our handler, except access lines: `ObservedMiddleware` logs each request.
        "uvicorn": {"handlers": [], "level": "WARNING"},
        "uvicorn.error": {"handlers": [], "level": "WARNING"},
        "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "_granian": {"handlers": [], "propagate": True},
        # The code that needs the database reports that it is unavailable.
        "psycopg.pool": {"level": "ERROR"},
        # `search.failover` logs that Elasticsearch failed, once.
        "elastic_transport": {"level": "CRITICAL"},
    },
}
