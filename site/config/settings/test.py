"""As local, but quick to hash, silent, and on whatever servers the environment names."""

from config.settings.base import *  # noqa: F403
from config.settings.base import CACHES, DATABASES, INSTALLED_APPS, REDIS_URL, env

SECRET_KEY = "tests-only"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [*INSTALLED_APPS, "demonstration", "tests.subjects.toy"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
vars().update(env.email("EMAIL_URL", default="memorymail://"))
COMPONENTS_PAGE = True
MFA_FORMS = {
    "authenticate": "demonstration.forms.CodeForm",
    "reauthenticate": "demonstration.forms.CodeAgainForm",
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
ELASTICSEARCH_PREFIX = f"test-{env('PYTEST_XDIST_WORKER', default='main')}"

# Each test has connections of its own; a pool would keep some to a database that is gone.
DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
if REDIS_URL:
    # To each of the suite's workers its own database ("gw1" has number 1).
    worker = env("PYTEST_XDIST_WORKER", default="gw63")[2:]
    REDIS_URL = f"{REDIS_URL.rpartition('/')[0]}/{worker}"
    CACHES["default"]["LOCATION"] = REDIS_URL
