from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatementsConfig(AppConfig):
    name = "community.statements"
    verbose_name = _("Offered and sought")

    def ready(self) -> None:
        from community.statements import receivers, search, subject_types, topics  # noqa: F401

        subject_types.register_all()
        search.register_all()
