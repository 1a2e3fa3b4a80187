from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationsConfig(AppConfig):
    name = "community.organisations"
    verbose_name = _("Organisations")

    def ready(self) -> None:
        from community.organisations import receivers, subject_types, topics  # noqa: F401

        subject_types.register_all()
