from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoriesConfig(AppConfig):
    name = "community.inventories"
    verbose_name = _("Inventories")

    def ready(self) -> None:
        from community.inventories import topics  # noqa: F401
