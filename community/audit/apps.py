from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "community.audit"
    verbose_name = _("Audit log")

    def ready(self) -> None:
        from community.audit import receivers  # noqa: F401
