from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipationConfig(AppConfig):
    name = "community.participation"
    verbose_name = _("Participation")

    def ready(self) -> None:
        from community.participation import receivers, search, topics  # noqa: F401

        search.register_all()
