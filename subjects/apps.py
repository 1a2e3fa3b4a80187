from django.apps import AppConfig


class SubjectsConfig(AppConfig):
    name = "subjects"

    def ready(self) -> None:
        from subjects import receivers, topics  # noqa: F401
