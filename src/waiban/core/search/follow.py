"""Triggers on every table whose rows are searched, made from the registrations after every migration."""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, transaction

from waiban.core.search.registry import registered


def follow_tables(sender: AppConfig, using: str, **_: Any) -> None:
    """Receiver of post_migrate: an entry's readers change with its object's, and it goes with its object."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    models = {apps.get_model(indexed.model) for indexed in registered().values()}
    wanted = sorted(model._meta.db_table for model in models if model._meta.app_config is sender)
    if not wanted:
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if "search_entry" not in existing:
            return
        for table in set(wanted) & existing:
            for statement in statements(table):
                cursor.execute(statement)


def statements(table: str) -> list[str]:
    return [
        f'CREATE OR REPLACE TRIGGER search_readers AFTER UPDATE OF readers ON "{table}" FOR EACH ROW '  # noqa: ISC004
        "WHEN (OLD.readers IS DISTINCT FROM NEW.readers) EXECUTE FUNCTION search_follow()",
        f'CREATE OR REPLACE TRIGGER search_gone AFTER DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION search_follow()',
    ]
