from django.apps import AppConfig


class TravellersConfig(AppConfig):
    name = "waiban.desks.travellers"
    label = "travellers"
    verbose_name = "出访人员"
