from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "community.projects"
    verbose_name = _("Projects")

    def ready(self) -> None:
        from community.projects import receivers, subject_types, topics  # noqa: F401

        subject_types.register_all()
