"""A MariaDB server of our own on a free port of loopback, one per test process, with its data where tests can look."""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import pymysql

from tests.fakes.ports import free_port

_PROGRAM = "/usr/sbin/mariadbd"


@cache
def mariadb_server() -> tuple[int, Path]:
    """Its port, and the folder with its data; root has no password."""
    folder = Path(tempfile.mkdtemp(prefix="mariadb-"))
    port = free_port()
    user = "mysql" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    shutil.chown(folder, user)
    data = folder / "data"
    common = [f"--user={user}", f"--datadir={data}"]
    made = ["mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db"]
    # In a common one a server that starts deletes what another one has there: "error 6".
    own = {**os.environ, "TMPDIR": str(folder)}
    subprocess.run(made, check=True, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    options = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/s", f"--pid-file={folder}/pid"]
    fast = ["--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", f"--log-error={folder}/log"]
    server = subprocess.Popen([_PROGRAM, "--no-defaults", *common, *options, *fast], env=own)

    def end() -> None:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    _wait_for(port)
    return port, data


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            pymysql.connect(host="127.0.0.1", port=port, user="root").close()
        except pymysql.MySQLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
