from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactConfig(AppConfig):
    name = "community.contact"
    verbose_name = _("Messages to the site")

    def ready(self) -> None:
        from community.contact import streams  # noqa: F401
