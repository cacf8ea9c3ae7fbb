from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    name = "waiban.core.access"
    label = "access"
    verbose_name = "权限"

    def ready(self) -> None:
        from waiban.core.access.rows import protect_tables

        post_migrate.connect(protect_tables, dispatch_uid="access.protect_tables")
