"""The same few things to do with a database, whichever product it is."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pymysql

from tests.actions.database import shop
from tests.fakes.mariadb import mariadb_server
from tests.fakes.postgres import postgres_database


class Pair(Protocol):
    """Production with the shop in it, and a staging with one table."""

    source: str
    target: str

    def ask(self, address: str, query: str) -> list[tuple[Any, ...]]: ...

    def run(self, address: str, *statements: str) -> None: ...

    def beside(self) -> list[str]:
        """What stands beside staging, by name."""

    def found(self, letters: bytes) -> bool:
        """Do these letters stand anywhere on staging's disk?"""


class SqlitePair:
    def __init__(self, folder: Path) -> None:
        self._folder = folder / "staging"
        self._folder.mkdir()
        self.source, self.target = f"sqlite://{folder}/production.db", f"sqlite://{self._folder}/shop.db"
        with closing(self._session(self.source)) as session:
            session.executescript(
                shop.TABLES.format(
                    serial="integer PRIMARY KEY AUTOINCREMENT",
                    int="integer",
                    foreign_self="",
                    foreign_customer="",
                    foreign_order="",
                )
            )
            for table, rows in shop.ROWS.items():
                values = list(rows())
                session.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values[0]))})", values)
            session.execute("CREATE VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1")
            session.commit()
        self.run(self.target, "CREATE TABLE old (id integer)")

    def _session(self, address: str) -> sqlite3.Connection:
        return sqlite3.connect(address.removeprefix("sqlite://"))

    def ask(self, address: str, query: str) -> list[tuple[Any, ...]]:
        with closing(self._session(address)) as session:
            return session.execute(query).fetchall()

    def run(self, address: str, *statements: str) -> None:
        with closing(self._session(address)) as session:
            for statement in statements:
                session.execute(statement)
            session.commit()

    def beside(self) -> list[str]:
        return sorted(str(path) for path in self._folder.iterdir() if path.name != "shop.db")

    def found(self, letters: bytes) -> bool:
        return any(letters in path.read_bytes() for path in self._folder.iterdir())


class PostgresPair:
    def __init__(self, source: str, name: str) -> None:
        self.source = source
        self.target = f"{source.rpartition('/')[0]}/{name}"
        self._admin = f"{source.rpartition('/')[0]}/postgres"
        self._name = name
        self.run(
            self.source,
            shop.TABLES.format(
                serial="bigserial PRIMARY KEY",
                int="bigint",
                foreign_self="",
                foreign_customer="",
                foreign_order="",
            ),
            "CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1",
        )
        with psycopg.connect(self.source) as session, session.cursor() as cursor:
            for table, rows in shop.ROWS.items():
                values = list(rows())
                cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(values[0]))})", values)
            for table in ("customers", "orders"):
                cursor.execute(f"SELECT setval('{table}_id_seq', 5000)")
        self.run(self.source, "REFRESH MATERIALIZED VIEW totals", "ANALYZE")
        self.run(self._admin, f"CREATE DATABASE {name}")
        self.run(self.target, "CREATE TABLE old (id integer)")

    def ask(self, address: str, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(address, autocommit=True) as session:
            return session.execute(query).fetchall()

    def run(self, address: str, *statements: str) -> None:
        with psycopg.connect(address, autocommit=True) as session:
            for statement in statements:
                session.execute(statement)

    def beside(self) -> list[str]:
        query = f"SELECT datname FROM pg_database WHERE datname LIKE '{self._name}\\_%' ORDER BY 1"
        return [name for (name,) in self.ask(self._admin, query)]

    def found(self, letters: bytes) -> bool:
        self.run(self._admin, "CHECKPOINT")
        [(folder,)] = self.ask(self._admin, "SHOW data_directory")
        [(number,)] = self.ask(self._admin, f"SELECT oid FROM pg_database WHERE datname = '{self._name}'")
        files = (Path(folder) / "base" / str(number)).iterdir()
        return any(letters in path.read_bytes() for path in files if path.is_file())

    def drop(self) -> None:
        for name in [self._name, *self.beside()]:
            self.run(self._admin, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class MariadbPair:
    def __init__(self, port: int, data: Path, name: str) -> None:
        self._port, self._data, self._name = port, data, name
        base = f"mariadb://root@127.0.0.1:{port}"
        self.source, self.target = f"{base}/{name}_prod", f"{base}/{name}"
        foreign = ", FOREIGN KEY ({0}) REFERENCES {1} (id)"
        tables = shop.TABLES.replace(" REFERENCES customers (id)", "").replace(" REFERENCES orders (id)", "")
        with closing(self._session(None)) as session, session.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}_prod")
            cursor.execute(f"CREATE DATABASE {name}")
        self.run(
            self.source,
            *tables.format(
                serial="bigint AUTO_INCREMENT PRIMARY KEY",
                int="bigint",
                foreign_self=foreign.format("invited_by", "customers"),
                foreign_customer=foreign.format("customer_id", "customers"),
                foreign_order=foreign.format("order_id", "orders"),
            ).split(";\n")[:-1],
        )
        with closing(self._session(f"{name}_prod")) as session, session.cursor() as cursor:
            for table, rows in shop.ROWS.items():
                values = list(rows())
                cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(values[0]))})", values)
            session.commit()
        self.run(self.source, "ALTER TABLE customers AUTO_INCREMENT = 5001", "ANALYZE TABLE customers, orders, items")
        self.run(self.target, "CREATE TABLE old (id integer)")

    def _session(self, database: str | None) -> "pymysql.Connection[Any]":
        return pymysql.connect(host="127.0.0.1", port=self._port, user="root", database=database, autocommit=True)

    def ask(self, address: str, query: str) -> list[tuple[Any, ...]]:
        with closing(self._session(address.rpartition("/")[2])) as session, session.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def run(self, address: str, *statements: str) -> None:
        for statement in statements:
            self.ask(address, statement)

    def beside(self) -> list[str]:
        query = (
            f"SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '{self._name}\\_%' ORDER BY 1"
        )
        names = [name for (name,) in self.ask(self.source, query)]
        return [name for name in names if name != f"{self._name}_prod"]

    def found(self, letters: bytes) -> bool:
        self.run(self.target, "FLUSH TABLES")
        folders = [path for path in self._data.iterdir() if path.is_dir() and path.name.startswith(self._name)]
        staging = [path for path in folders if not path.name.endswith("_prod")]
        return any(letters in path.read_bytes() for folder in staging for path in folder.iterdir())

    def drop(self) -> None:
        for name in [self._name, f"{self._name}_prod", *self.beside()]:
            self.ask(self.source.rpartition("/")[0] + "/mysql", f"DROP DATABASE IF EXISTS `{name}`")


@contextmanager
def pair(product: str, folder: Path) -> Iterator[Pair]:
    """Production and staging of *product*."""
    name = f"shop{uuid.uuid4().hex[:8]}"
    if product == "sqlite":
        yield SqlitePair(folder)
    elif product == "postgresql":
        with postgres_database() as url:
            made = PostgresPair(url, name)
            yield made
            made.drop()
    else:
        port, data = mariadb_server()
        there = MariadbPair(port, data, name)
        yield there
        there.drop()
