from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "waiban.domains.partners"
    label = "partners"
    verbose_name = "伙伴和承诺"
