"""Settings of `make run`: one process on one machine, without other servers."""

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
# Links in mail lead to the address at which the site is served.
WAGTAILADMIN_BASE_URL = env("BASE_URL", default="") or f"http://localhost:{env('PORT', default='') or 8000}"
# Serve static files from their source folders, so that none have to be collected first.
WHITENOISE_USE_FINDERS = True
