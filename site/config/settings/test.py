"""Settings of the tests: fast password hashing, mail in memory, and the servers that the environment names."""

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

# Tests open and close their own connections. A pool would keep connections to a database that was dropped.
DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
if REDIS_URL:
    # Each worker of pytest-xdist has a Redis database of its own: "gw1" has number 1.
    worker = env("PYTEST_XDIST_WORKER", default="gw63")[2:]
    REDIS_URL = f"{REDIS_URL.rpartition('/')[0]}/{worker}"
    CACHES["default"]["LOCATION"] = REDIS_URL
