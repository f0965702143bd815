"""A PostgreSQL server of our own on a free port of loopback, one per test process, and empty databases on it."""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg

from tests.fakes.ports import free_port

_USER = "stackhand"


@contextmanager
def postgres_database() -> Iterator[str]:
    """The URL of a new, empty database."""
    port = _server()
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = f"postgresql://{_USER}@127.0.0.1:{port}/postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield f"postgresql://{_USER}@127.0.0.1:{port}/{name}"
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@cache
def _server() -> int:
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    port = free_port()
    # The server refuses to run as root; its packages bring a user for it.
    user = pwd.getpwnam("postgres") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    os.chown(folder, user.pw_uid, user.pw_gid)
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"

    def call(*argv: str) -> None:
        subprocess.run(argv, check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_user)  # type: ignore[call-overload]

    call(f"{programs}/initdb", "-D", f"{folder}/data", "-U", _USER, "-A", "trust", "--no-sync")
    call(f"{programs}/pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start")

    def end() -> None:
        call(f"{programs}/pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return port


def _programs() -> Path:
    """Debian keeps them out of PATH, one folder per version."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"))
