from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "waiban.domains.outbound"
    label = "outbound"
    verbose_name = "因公出访"
