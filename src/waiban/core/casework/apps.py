from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "waiban.core.casework"
    label = "casework"
    verbose_name = "办件"
