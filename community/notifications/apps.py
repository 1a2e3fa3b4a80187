from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "community.notifications"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from community.live import topics
        from community.notifications import bell, catalogue, digests, receivers, samples  # noqa: F401

        catalogue.register_all()
        digests.register_stream()
        topics.register(receivers.TOPIC, version_for=bell.version_for, versions_of=bell.versions_of)
