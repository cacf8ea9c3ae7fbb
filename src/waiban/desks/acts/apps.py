from django.apps import AppConfig


class ActsConfig(AppConfig):
    name = "waiban.desks.acts"
    label = "acts"
    verbose_name = "更多办法"
