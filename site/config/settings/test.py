"""As local, but quick to hash, silent, and on whatever servers the environment names."""

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS, env

SECRET_KEY = "tests-only"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [*INSTALLED_APPS, "demonstration"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
COMPONENTS_PAGE = True
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
ELASTICSEARCH_PREFIX = f"test-{env('PYTEST_XDIST_WORKER', default='main')}"
