from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "waiban.core.places"
    label = "places"
    verbose_name = "地名与日历"
