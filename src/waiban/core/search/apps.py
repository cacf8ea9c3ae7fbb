from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SearchConfig(AppConfig):
    name = "waiban.core.search"
    label = "search"
    verbose_name = "检索"

    def ready(self) -> None:
        from waiban.core.search.follow import follow_tables

        post_migrate.connect(follow_tables, dispatch_uid="search.follow_tables")
