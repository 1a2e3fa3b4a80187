"""One machine, one process, nothing else to install: what `make run` uses."""

from config.settings.base import *  # noqa: F403
from config.settings.base import DATA_DIR, INSTALLED_APPS, env

SECRET_KEY = "demonstration-only-not-a-secret-demonstration-only"  # noqa: S105
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
INSTALLED_APPS = [*INSTALLED_APPS, "demonstration"]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
COMPONENTS_PAGE = True
MFA_FORMS = {
    "authenticate": "demonstration.forms.CodeForm",
    "reauthenticate": "demonstration.forms.CodeAgainForm",
}
# Mail links to the address at which the site is served.
WAGTAILADMIN_BASE_URL = env("BASE_URL", default="") or f"http://localhost:{env('PORT', default='') or 8000}"
# Files straight from their folders, so that a start collects nothing.
WHITENOISE_USE_FINDERS = True
