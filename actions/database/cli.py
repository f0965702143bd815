"""Starts PostgreSQL's own programs: they copy rows faster than Python could, and know all that a schema may hold."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from actions.api import ActionFailed
from actions.database.addresses import Address

#: How our own program is started; `-P` keeps files of the folder it runs in from being taken for modules.
WORK = (sys.executable, "-P", "-m", "actions.database.work")

#: What a program is given of our own environment: no secret.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
#: Far more than is shown in the end: at the edge may stand half a secret, and only whole ones are masked on the way.
_LONGEST_WORDS = 2000
_COPIED = re.compile(r"^COPY (\d+)$", re.MULTILINE)


def surroundings(address: Address, password: str | None) -> dict[str, str]:
    """The environment in which PostgreSQL's programs reach a database. A password is in no command line."""
    found = {
        "PGHOST": address.host,
        "PGPORT": str(address.port),
        "PGUSER": address.user,
        "PGDATABASE": address.name,
        "PGAPPNAME": "stackhand",
        "PGCLIENTENCODING": "UTF8",
        "PGCONNECT_TIMEOUT": "10",
    }
    return found | ({"PGPASSWORD": password} if password else {})


def run(argv: Sequence[str], environment: Mapping[str, str], *, what: str) -> None:
    """Run one of PostgreSQL's programs to its end. Raises ActionFailed with its words."""
    with _started(argv, environment, stderr=subprocess.PIPE) as program:
        said = program.communicate()[1]
    if program.returncode != 0:
        raise ActionFailed(f"{what} failed: {_first_line(said)}")


def pipe(script: str, read_from: Mapping[str, str], into: Mapping[str, str], *, copy_in: str, table: str) -> int:
    """Let *script*, run in the one database, write into *copy_in* of the other. Returns the rows.

    Of what goes wrong in production only the code is told: PostgreSQL's sentence may quote a value.
    """
    psql = ["psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1"]
    reading = [*psql, "--quiet", "--set=VERBOSITY=sqlstate", "--file=-"]
    writing = [*psql, "--set=VERBOSITY=terse", f"--command={copy_in}"]
    with (
        _started(reading, read_from, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reader,
        _started(writing, into, stdin=reader.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writer,
    ):
        if reader.stdin is None or reader.stdout is None or reader.stderr is None:
            raise RuntimeError("pipes were asked for")
        # The writer alone holds the end it reads from, so that the reader notices when it is gone.
        reader.stdout.close()
        with reader.stdin as stdin:
            stdin.write(script)
        said, complaint = writer.communicate()
        asked = reader.stderr.read()
        reader.wait()
    if writer.returncode != 0:
        raise ActionFailed(f"Staging did not take the rows of {table}: {_first_line(complaint)}")
    if reader.returncode != 0:
        code = _first_line(asked).rpartition("ERROR:")[2].strip() or f"exit code {reader.returncode}"
        raise ActionFailed(
            f"Production could not be asked for {table}: PostgreSQL's error {code}.",
            hint="Its sentence may quote personal data, so it stands only in production's own log.",
        )
    return sum(int(count) for count in _COPIED.findall(said))


def run_file(path: Path, environment: Mapping[str, str]) -> None:
    """Run a file of SQL, all of it or nothing."""
    argv = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse", "--single-transaction"]
    run([*argv, f"--file={path}", "--output=/dev/null"], environment, what=path.name)


@contextmanager
def _started(
    argv: Sequence[str], environment: Mapping[str, str], **streams: object
) -> Iterator["subprocess.Popen[str]"]:
    """A program that does not outlive the block."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        program = subprocess.Popen(  # type: ignore[call-overload]
            list(argv), env={**kept, **environment}, text=True, encoding="utf-8", errors="replace", **streams
        )
    except FileNotFoundError as error:
        raise ActionFailed(
            f"There is no program {argv[0]} on this machine.", hint="Install postgresql-client."
        ) from error
    try:
        yield program
    finally:
        if program.poll() is None:
            program.kill()
        program.wait()
        for stream in (program.stdin, program.stdout, program.stderr):
            if stream is not None and not stream.closed:
                stream.close()


def _first_line(said: str) -> str:
    return next((line.strip() for line in said.splitlines() if line.strip()), "it said nothing")[:_LONGEST_WORDS]
