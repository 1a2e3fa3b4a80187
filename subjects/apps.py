from django.apps import AppConfig


class SubjectsConfig(AppConfig):
    name = "subjects"

    def ready(self) -> None:
        from subjects import checks, receivers, topics  # noqa: F401

        receivers.connect()
