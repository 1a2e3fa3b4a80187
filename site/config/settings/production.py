"""Settings of a real site, in several processes. Raises `ImproperlyConfigured` if a required setting is missing."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, LOGGING, env
from config.settings.secrets import secret


def required(name: str) -> str:
    value = secret(name)
    if not value:
        raise ImproperlyConfigured(f"{name} must be set.")
    return value


SECRET_KEY = required("SECRET_KEY")
if len(SECRET_KEY) < 50 or "demonstration" in SECRET_KEY or len(set(SECRET_KEY)) < 10:
    raise ImproperlyConfigured(
        "SECRET_KEY must be a long random string of your own, not the demonstration one."
    )

DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in required("ALLOWED_HOSTS").split(",")]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
for name in ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL"):
    # `base` reads them from the environment only, not from files.
    if not env(name, default=""):
        raise ImproperlyConfigured(f"{name} must be set.")
if password := secret("DATABASE_PASSWORD"):
    DATABASES["default"]["PASSWORD"] = password

WAGTAILADMIN_BASE_URL = env("BASE_URL", default=f"https://{ALLOWED_HOSTS[0]}")
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
EMAIL_CONFIG = env.email_url_config(secret("EMAIL_URL") or "smtp://localhost:25")
vars().update(EMAIL_CONFIG)

SECURE_SSL_REDIRECT = True
# The proxy of docker-compose.yml, which sends one address: its client's, or the one that a trusted proxy reports.
TRUSTED_HOPS = env.int("TRUSTED_HOPS", default=1)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.ModuleStaticFilesStorage"},
}

LOGGING["handlers"]["console"]["formatter"] = env("LOG_FORMAT", default="json")
