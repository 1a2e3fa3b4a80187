from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscussionsConfig(AppConfig):
    name = "community.discussions"
    verbose_name = _("Discussions")

    def ready(self) -> None:
        from community.discussions import receivers
        from community.discussions.models import Thread
        from community.live import topics

        topics.register(receivers.TOPIC, Thread.objects.version_for)
