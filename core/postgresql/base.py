"""Django's PostgreSQL backend with one difference: a broken connection in the pool is replaced at once, and all other
connections that broke with it leave the pool.

The pool's own check, which Django switches on with `CONN_HEALTH_CHECKS`, finds them one by one and sleeps 0, 1, 2 …
seconds in between: after a restart of the server a request can run into its time-out while the server is there.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

from core.postgresql import connected


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        pool = self.pool
        if pool and not works(connection):
            pool.putconn(connection)
            pool.check()
            connection = super().get_new_connection(conn_params)
        connected()
        return connection


def works(connection: psycopg.Connection[Any]) -> bool:
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True
