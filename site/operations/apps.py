from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "operations"

    def ready(self) -> None:
        from operations.observability import metrics, work

        metrics.watch()
        work.watch()
