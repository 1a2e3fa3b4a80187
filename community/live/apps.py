from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    name = "community.live"
    verbose_name = _("Live")

    def ready(self) -> None:
        from community.live import receivers  # noqa: F401
