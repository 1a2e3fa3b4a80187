from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscussionsConfig(AppConfig):
    name = "community.discussions"
    verbose_name = _("Discussions")

    def ready(self) -> None:
        from community.discussions import receivers, topics  # noqa: F401
        from community.discussions.models import Thread
        from community.live import topics as live_topics

        live_topics.register(
            receivers.TOPIC, version_for=Thread.objects.version_for, versions_of=Thread.objects.versions_of
        )
