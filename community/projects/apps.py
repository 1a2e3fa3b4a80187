from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "community.projects"
    verbose_name = _("Projects")

    def ready(self) -> None:
        from community.discussions import subjects
        from community.projects import receivers, subject_types, topics  # noqa: F401
        from community.projects.models import Project

        subject_types.register_all()
        subjects.register("project", Project)
