from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "waiban.core.papers"
    label = "papers"
    verbose_name = "公文"
