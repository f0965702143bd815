"""Databases to back up: new and empty ones of each product, and how to speak to them."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pymysql

from tests.fakes.mariadb import mariadb_server
from tests.fakes.postgres import postgres_database

#: Names and values that would mislead whoever counts lines.
SHOP = (
    "CREATE TABLE orders (id integer PRIMARY KEY, note varchar(80))",
    "CREATE TABLE empty (id integer PRIMARY KEY)",
    "INSERT INTO orders VALUES (1, 'one\n(2, two\nINSERT INTO orders VALUES (3)'), (2, NULL), (3, 'it''s')",
)


class Databases:
    """New databases of one product."""

    def __init__(self, product: str, folder: Path, until: ExitStack) -> None:
        self.product = product
        self._folder = folder
        self._until = until

    def new(self) -> str:
        """The address of a new and empty one; of SQLite of a file that is not there."""
        match self.product:
            case "sqlite":
                return f"sqlite://{self._folder}/{uuid.uuid4().hex}.db"
            case "postgresql":
                return self._until.enter_context(postgres_database())
            case _:
                port, _ = mariadb_server()
                name = f"test_{uuid.uuid4().hex[:12]}"
                server = f"mariadb://root@127.0.0.1:{port}"
                self.ask(f"{server}/mysql", f"CREATE DATABASE {name}")
                self._until.callback(self.ask, f"{server}/mysql", f"DROP DATABASE {name}")
                return f"{server}/{name}"

    def ask(self, address: str, *statements: str) -> list[tuple[Any, ...]]:
        """Run them, and return what the last one answers."""
        with closing(self._session(address)) as session, closing(session.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)
            session.commit()
            return list(cursor.fetchall()) if cursor.description else []

    def trials(self, address: str) -> list[str]:
        """The databases on this server that were made for a trial."""
        match self.product:
            case "sqlite":
                return [str(path) for path in self._folder.rglob("trial.db")]
            case "postgresql":
                query = "SELECT datname FROM pg_database WHERE datname LIKE '%trial%'"
            case _:
                query = "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '%trial%'"
        return [name for (name,) in self.ask(address, query)]

    def _session(self, address: str) -> Any:
        parts = urlsplit(address)
        match self.product:
            case "sqlite":
                return sqlite3.connect(parts.path)
            case "postgresql":
                return psycopg.connect(address)
            case _:
                return pymysql.connect(host="127.0.0.1", port=parts.port or 0, user="root", database=parts.path[1:])


@contextmanager
def databases_of(product: str, folder: Path) -> Iterator[Databases]:
    """They are dropped at the end."""
    with ExitStack() as until:
        yield Databases(product, folder, until)
