from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    name = "community.mail"
    verbose_name = _("E-mail")

    def ready(self) -> None:
        from community.mail import receivers, samples  # noqa: F401
