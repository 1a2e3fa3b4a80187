from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "community.members"
    verbose_name = _("Members")

    def ready(self) -> None:
        from community.live import topics as live_topics
        from community.members import receivers, second_factor, topics  # noqa: F401

        live_topics.require(second_factor.is_not_needed)
