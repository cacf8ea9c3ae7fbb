from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "waiban.core.files"
    label = "files"
    verbose_name = "文件"

    def ready(self) -> None:
        from waiban.core.files.settings import SETTINGS
        from waiban.core.offices.settings import register

        register(*SETTINGS)
