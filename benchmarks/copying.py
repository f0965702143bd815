"""`python -m benchmarks.copying [SCALE]`: a masked copy of a PostgreSQL database, beside the best plain pipeline.

The set is pgbench's at SCALE (100: 10 million rows), with 10,000 customers and 20,000 orders for each of it: at 100
it is 2 GB. The plain pipeline is what a good script does: the tables first, then two streams of COPY (SELECT masked)
into COPY, the largest table first, then indexes and foreign keys, two at a time; with the same settings of its sessions
as ours. It masks with the same hash, makes no database and no swap, sets no sequence, and looks for nothing personal.
Both run on the same server, in turns, each twice; what the server's own processes take counts with each.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg

from actions.database.cli import WORK
from actions.database.job import MASK_KEY, Job
from benchmarks.figures import Aim, load
from benchmarks.processes import Cost, cost
from tests.fakes.postgres import postgres_database

_TURNS = 2
#: As our own sessions have it.
_FAST = {**os.environ, "PGOPTIONS": "-c synchronous_commit=off -c maintenance_work_mem=256MB"}
_KEY = "a-key-for-benchmarks-only"
_PEOPLE = """
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, phone text, iban text,
  notes text);
INSERT INTO customers SELECT n, 'First' || n || ' Last' || n % 9999, 'mail' || n || '@raw.example.org',
  '+49 30 ' || n, 'DE' || lpad(n::text, 20, '0'), repeat('a note ', 5) FROM generate_series(1, {customers}) n;
CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id),
  total numeric(10, 2) NOT NULL, address text NOT NULL, placed_at timestamptz NOT NULL);
INSERT INTO orders (customer_id, total, address, placed_at) SELECT 1 + n % {customers}, n % 500, 'Street ' || n,
  now() - n * interval '1 minute' FROM generate_series(1, {orders}) n;
CREATE INDEX ON orders (customer_id);
ANALYZE;
"""
_RULES = {
    "customers": {"columns": {"name": "mask", "email": "mask", "phone": "mask", "iban": "mask", "notes": "null"}},
    "orders": {"columns": {"address": "mask"}},
}


def _masked(column: str) -> str:
    return f"left(encode(sha256(convert_to('{_KEY}' || {column}, 'UTF8')), 'hex'), 24)"


_PLAIN = {
    "pgbench_accounts": "SELECT * FROM pgbench_accounts",
    "customers": f"SELECT id, {', '.join(map(_masked, ('name', 'email', 'phone', 'iban')))}, NULL FROM customers",
    "orders": f"SELECT id, customer_id, total, {_masked('address')}, placed_at FROM orders",
    "pgbench_tellers": "SELECT * FROM pgbench_tellers",
    "pgbench_branches": "SELECT * FROM pgbench_branches",
    "pgbench_history": "SELECT * FROM pgbench_history",
}


def main() -> None:
    """Make the set, measure, and print."""
    scale = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with postgres_database() as source:
        _make(source, scale)
        size = _ask(source, "SELECT pg_database_size(current_database()) / 1000000")
        print(f"{size} MB", flush=True)
        server = _server(source)
        plain, ours, memory = [], [], 0.0
        for _ in range(_TURNS):
            plain.append(_plain(source, server))
            spent, most_mb = _ours(source, server)
            ours.append(spent)
            memory = max(memory, most_mb)
            print(f"plain {plain[-1]}, ours {ours[-1]}, {most_mb:.0f} MB", flush=True)
        for what, of in (("time", attrgetter("took_s")), ("processor", attrgetter("processor_s"))):
            times = min(map(of, ours)) / min(map(of, plain))
            print(Aim(what=f"{what}, beside the plain pipeline", measured=times, most=1.15, unit="x"))
        print(Aim(what="memory of the program and what it starts", measured=memory, most=150, unit="MB"))
        print(load())


def _make(source: str, scale: int) -> None:
    subprocess.run(["pgbench", "-i", "-q", "-I", "dtgp", "-s", str(scale), source], check=True)
    with psycopg.connect(source, autocommit=True) as session:
        session.execute(_PEOPLE.format(customers=10_000 * scale, orders=20_000 * scale))
        session.execute("CHECKPOINT")


def _plain(source: str, server: psutil.Process) -> Cost:
    with (
        _database(source, "plain") as target,
        tempfile.TemporaryDirectory() as folder,
        _both(server) as spent,
        ThreadPoolExecutor(2) as pool,
    ):
        schema = f"{folder}/schema"
        restore = ["pg_restore", "--exit-on-error", f"--dbname={target}"]
        subprocess.run(["pg_dump", "-s", "-Fc", f"--file={schema}", source], check=True)
        subprocess.run([*restore, "--section=pre-data", schema], check=True, env=_FAST)
        list(pool.map(lambda table: _copy(source, target, table), _PLAIN))
        subprocess.run([*restore, "--section=post-data", "--jobs=2", schema], check=True, env=_FAST)
    return spent


def _copy(source: str, target: str, table: str) -> None:
    read = ["psql", "-qX", "-c", f"COPY ({_PLAIN[table]}) TO STDOUT", source]
    with subprocess.Popen(read, stdout=subprocess.PIPE) as reader:
        write = ["psql", "-qX", "-c", f"COPY {table} FROM STDIN", target]
        subprocess.run(write, stdin=reader.stdout, check=True, env=_FAST)
    assert reader.returncode == 0


def _ours(source: str, server: psutil.Process) -> tuple[Cost, float]:
    with _database(source, "ours") as target, tempfile.TemporaryDirectory() as folder:
        job = Job.model_validate({"task": "copy", "source": source, "target": target, "tables": _RULES, "kept": "kept"})
        file = Path(folder) / "job.json"
        file.write_text(job.model_dump_json())
        most: list[float] = [0.0]
        with _both(server) as spent:
            environ = {"PATH": os.environ["PATH"], MASK_KEY: _KEY}
            program = subprocess.Popen([*WORK, str(file)], env=environ, stdout=subprocess.DEVNULL)
            watcher = threading.Thread(target=_watch, args=(program.pid, most))
            watcher.start()
            assert program.wait() == 0
        watcher.join()
        _run(_admin(source), 'DROP DATABASE "kept"')
        return spent, most[0]


@contextmanager
def _both(server: psutil.Process) -> Iterator[Cost]:
    """What the block takes, and what the server takes for it."""
    before = sum(server.cpu_times()[:4])
    with cost() as spent:
        yield spent
    spent.processor_s += sum(server.cpu_times()[:4]) - before


def _server(source: str) -> psutil.Process:
    with psycopg.connect(source) as session:
        return psutil.Process(psutil.Process(session.info.backend_pid).ppid())


def _watch(pid: int, most: list[float]) -> None:
    while psutil.pid_exists(pid):
        try:
            process = psutil.Process(pid)
            tree = [process, *process.children(recursive=True)]
            most[0] = max(most[0], sum(one.memory_info().rss for one in tree) / 1e6)
        except psutil.NoSuchProcess:
            continue
        time.sleep(0.5)


@contextmanager
def _database(source: str, name: str) -> Iterator[str]:
    _run(_admin(source), f'CREATE DATABASE "{name}"')
    _run(_admin(source), "CHECKPOINT")
    yield urlsplit(source)._replace(path=f"/{name}").geturl()
    _run(_admin(source), f'DROP DATABASE "{name}" WITH (FORCE)')


def _admin(source: str) -> str:
    return urlsplit(source)._replace(path="/postgres").geturl()


def _run(address: str, statement: str) -> None:
    with psycopg.connect(address, autocommit=True) as session:
        session.execute(statement)


def _ask(address: str, query: str) -> object:
    with psycopg.connect(address) as session:
        row = session.execute(query).fetchone()
    return row[0] if row else None


if __name__ == "__main__":
    main()
