from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "waiban.core.people"
    label = "people"
    verbose_name = "人员"

    def ready(self) -> None:
        from waiban.core.people import signin

        signin.connect()
