from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "waiban.core.files"
    label = "files"
    verbose_name = "文件"
