from django.apps import AppConfig


class OfficesConfig(AppConfig):
    name = "waiban.core.offices"
    label = "offices"
    verbose_name = "外办"

    def ready(self) -> None:
        from waiban.core.offices import settings

        settings.register(*settings.PAPERS, *settings.PEOPLE)
