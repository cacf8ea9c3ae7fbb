"""Refuse to serve on a database that could not guard its rows."""

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

CHECKS = (
    ("SELECT rolsuper FROM pg_roles WHERE rolname = current_user", "is a superuser"),
    ("SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user", "may bypass row security"),
    ("SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user", "may make roles"),
    (
        "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND pg_has_role(tableowner, 'MEMBER'))",
        "owns tables, or may become their owner",
    ),
    (
        "SELECT has_function_privilege('pg_catalog.set_config(text, text, boolean)', 'execute')",
        "may call set_config, by which a statement could change who acts",
    ),
    (
        "SELECT has_database_privilege(current_database(), 'TEMPORARY')",
        "may make temporary tables, which would stand before real ones",
    ),
    ("SELECT current_setting('TimeZone') <> 'UTC'", "has a time zone other than UTC"),
)
TABLES = (
    "SELECT coalesce(string_agg(c.relname, ', '), '') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'readers' AND NOT a.attisdropped "
    "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
)


def refuse_unsafe_database(using: str = DEFAULT_DB_ALIAS) -> None:
    """Raises ImproperlyConfigured with every reason at once, and what to do."""
    reasons = unsafe_because(connections[using])
    if reasons:
        role = connections[using].settings_dict["USER"]
        raise ImproperlyConfigured(
            f"refusing to run: the role {role} "
            + "; ".join(reasons)
            + ". docs/operations.md says how a database is prepared"
        )


def unsafe_because(connection: BaseDatabaseWrapper) -> list[str]:
    reasons = []
    with connection.cursor() as cursor:
        for query, reason in CHECKS:
            cursor.execute(query)
            row = cursor.fetchone()
            if row is None or row[0]:
                reasons.append(reason)
        cursor.execute(TABLES)
        row = cursor.fetchone()
        if row and row[0]:
            reasons.append(f"meets tables without forced row security: {row[0]}")
    return reasons
