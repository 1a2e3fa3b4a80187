from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SiteConfig(AppConfig):
    name = "config"
    verbose_name = "Samverka"

    def ready(self) -> None:
        from config import checks, page_cache, wagtail_exports, wagtail_mail  # noqa: F401
        from config.observing import metrics, work
        from config.seeding import seed

        for room in (page_cache, metrics, work):
            room.watch()
        wagtail_mail.disconnect()
        wagtail_exports.neutralise()
        post_migrate.connect(seed, sender=self)
