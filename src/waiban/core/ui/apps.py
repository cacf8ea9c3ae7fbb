from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "waiban.core.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self) -> None:
        # Lets {% trans %} stand inside the attributes of a component.
        from django_cotton.nested_tag_support import enable_nested_tag_support

        enable_nested_tag_support()
