from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    """Content to try the site with. Only the local and test settings install it."""

    name = "demonstration"
