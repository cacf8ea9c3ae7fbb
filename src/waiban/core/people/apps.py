from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "waiban.core.people"
    label = "people"
    verbose_name = "人员"
