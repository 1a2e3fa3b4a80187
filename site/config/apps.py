from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class SiteConfig(AppConfig):
    name = "config"
    verbose_name = "Samverka"

    def ready(self) -> None:
        from config import checks, topics, wagtail_exports, wagtail_mail  # noqa: F401
        from config.seeding import seed
        from core import row_changes

        row_changes.watch()
        wagtail_mail.disconnect()
        wagtail_exports.neutralise()
        # Django sends `post_migrate` only for apps with models, of which `operations` is the last.
        post_migrate.connect(seed, sender=apps.get_app_config("operations"))
