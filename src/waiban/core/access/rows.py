"""Row security, made from the models after every migration, so that no table can be forgotten.

Policies of a protected table:
  readers   the app's role sees and changes a row when `readers && my keys`
  insert    for the few tables that anyone may add to (`anyone_inserts`)
  upkeep    the owner, only while `waiban.upkeep` is on: data migrations and rebuilds
  definer   SECURITY DEFINER functions, which belong to a role that cannot log in, may read
  emptying  one such function removes rows that a practice area alone reads
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, transaction

from waiban.core.access.models import ProtectedModel

MY_KEYS = "nullif(current_setting('waiban.keys', true), '')::int[]"
"""No scalar subquery: its value is hidden from the planner, which then takes every reader for one of a few rows and
goes by the GIN index also where a desk sees the whole office (28 s an inbox at 200,000 trips, 0.1 s so). As a stable
expression it is looked up in the statistics of the column while planning, and serves as the index's key all the same.
"""

UPKEEP = "nullif(current_setting('waiban.upkeep', true), '') = 'on'"


def protected_models(app_configs: Iterable[AppConfig] | None = None) -> list[type[ProtectedModel]]:
    configs = apps.get_app_configs() if app_configs is None else app_configs
    return [
        m for config in configs for m in config.get_models(include_auto_created=True) if issubclass(m, ProtectedModel)
    ]


def protect_tables(sender: AppConfig, using: str, **_: Any) -> None:
    """Receiver of post_migrate."""
    wanted = protected_models([sender])
    connection = connections[using]
    if not wanted or connection.vendor != "postgresql":
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for model in wanted:
            if model._meta.db_table in existing:
                for statement in statements(model):
                    cursor.execute(statement)
                _let_practice_be_emptied(cursor, model._meta.db_table)


FROZEN = """
SELECT t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t
WHERE t.tgrelid = %s::regclass AND NOT t.tgisinternal AND (t.tgtype & 2) > 0 AND (t.tgtype & 8) > 0 AND t.tgqual IS NULL
"""
"""Triggers before a deletion, without a condition of their own."""


def _let_practice_be_emptied(cursor: Any, table: str) -> None:
    """What is never changed stays so for everybody who can sign in; the function that empties a practice area may
    remove it there. It is no one's role to log in with, and its policy shows it such rows alone.
    """
    cursor.execute(FROZEN, [table])
    for name, definition in cursor.fetchall():
        head, _between, tail = definition.partition(" EXECUTE FUNCTION ")
        cursor.execute(f'DROP TRIGGER "{name}" ON "{table}"')
        cursor.execute(f"{head} WHEN (CURRENT_USER <> 'waiban_definer') EXECUTE FUNCTION {tail}")


def statements(model: type[ProtectedModel]) -> list[str]:
    table = f'"{model._meta.db_table}"'
    seen = f"readers && {MY_KEYS}"
    added = "true" if model.anyone_inserts else seen
    policies = {
        "readers_select": f"FOR SELECT TO waiban_app USING ({seen})",
        "readers_insert": f"FOR INSERT TO waiban_app WITH CHECK ({added})",
        "readers_update": f"FOR UPDATE TO waiban_app USING ({seen}) WITH CHECK ({seen})",
        "readers_delete": f"FOR DELETE TO waiban_app USING ({seen})",
        "upkeep": f"FOR ALL TO waiban_owner USING ({UPKEEP}) WITH CHECK ({UPKEEP})",
        "definer": "FOR SELECT TO waiban_definer USING (true)",
        "emptying": "FOR DELETE TO waiban_definer USING (readers <@ access_practice_keys())",
    }
    lines = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"GRANT SELECT, DELETE ON {table} TO waiban_definer",
    ]
    for name, clause in policies.items():
        lines += [f"DROP POLICY IF EXISTS {name} ON {table}", f"CREATE POLICY {name} ON {table} {clause}"]
    return lines


@contextmanager
def upkeep(using: str = "owner") -> Iterator[None]:
    """Let the owner's role see and change protected rows for the block: data migrations and rebuilds only."""
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("SET LOCAL waiban.upkeep = 'on'")
        yield
        with connections[using].cursor() as cursor:
            cursor.execute("SET LOCAL waiban.upkeep = 'off'")


def unprotected_tables(using: str) -> set[str]:
    """Tables of the database that do not force row security; a test compares them with a short list of reasons."""
    query = (
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    with connections[using].cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}
