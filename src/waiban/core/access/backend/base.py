"""Django's PostgreSQL backend, with every statement sent by the extended protocol.

By the simple protocol, which psycopg chooses for a statement without parameters, one
string may hold several statements, and an injected `; SET LOCAL …` would change who acts.
The extended protocol takes one statement and refuses the rest.
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import Cursor


class ExtendedCursor(base.CursorMixin, Cursor):
    def _execute_send(self, query: Any, *, force_extended: bool = True, binary: bool | None = None) -> None:  # noqa: ARG002 - psycopg's signature
        super()._execute_send(query, force_extended=True, binary=binary)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        return super().get_connection_params() | {"cursor_factory": ExtendedCursor}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.cursor_factory = ExtendedCursor
        return connection
