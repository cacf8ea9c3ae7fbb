from django.apps import AppConfig


class OfficesConfig(AppConfig):
    name = "waiban.core.offices"
    label = "offices"
    verbose_name = "外办"
