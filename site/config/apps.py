from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SiteConfig(AppConfig):
    name = "config"
    verbose_name = "Samverka"

    def ready(self) -> None:
        from config import checks  # noqa: F401
        from config.page_cache import watch
        from config.seeding import seed

        watch()
        post_migrate.connect(seed, sender=self)
