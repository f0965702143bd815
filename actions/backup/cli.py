"""Starts restic and the databases' own programs, and lets a dump and restic meet."""

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from actions.api import ActionFailed
from actions.backup.databases import Database, counted, counts

#: Our own program, in whose hands a dump and restic meet.
WORK = (sys.executable, "-P", "-m", "actions.backup.work")

#: What a program is given of our own environment, and of what the action gave: no secret but its own.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
_READ_S = 60
_CHUNK_BYTES = 1 << 18
_PR_SET_PDEATHSIG = 1
#: The variable that carries the database's password to our program.
DATABASE_PASSWORD = "DATABASE_PASSWORD"  # noqa: S105

#: Looks at a dump on its way, and hands it on.
Look = Callable[[Iterable[bytes]], Iterable[bytes]]


def restic(place: str, options: Mapping[str, str], *words: str) -> list[str]:
    """A command line of restic. Its password and the store's keys come by the environment."""
    return [
        "restic",
        f"--repo={place}",
        *(f"--option={name}={value}" for name, value in options.items()),
        "--json",
        *words,
    ]


def meet(
    writer: Sequence[str],
    reader: Sequence[str],
    *,
    of_writer: Mapping[str, str],
    of_reader: Mapping[str, str],
    look: Look | None = None,
) -> None:
    """Let *reader* read what *writer* writes; it sees the end only when the writer has ended well.

    So a dump that broke off becomes no snapshot. Raises ActionFailed; the words of both go to our standard error.
    """
    with (
        _start(reader, of_reader, stdin=subprocess.PIPE, preexec_fn=_end_with_us) as taking,
        _start(writer, of_writer, stdout=subprocess.PIPE, preexec_fn=_end_with_us) as giving,
    ):
        if taking.stdin is None or giving.stdout is None:
            raise RuntimeError("pipes were asked for")
        parts: Iterable[bytes] = look(giving.stdout) if look else iter(lambda: _chunk(giving), b"")
        try:
            taking.stdin.writelines(parts)
            taking.stdin.flush()
        except BrokenPipeError:
            raise _ended(taking) from None
        if giving.wait() != 0:
            # The reader is killed before its other end is closed, or it would take this for the end of the dump.
            raise _ended(giving, "Nothing of it was kept.")
        taking.stdin.close()
        if taking.wait() != 0:
            raise _ended(taking)


def ask(database: Database, environment: Mapping[str, str], *queries: str) -> list[str]:
    """The lines with which a database answers queries. Raises ActionFailed."""
    with _start(database.client(), environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        said, _ = client.communicate("\n".join(queries).encode())
        if client.returncode != 0:
            raise _ended(client, f"{database} was asked.")
    return said.decode(errors="replace").splitlines()


def count(database: Database, environment: Mapping[str, str]) -> dict[str, int]:
    """How many rows each table has."""
    return counts(ask(database, environment, *ask(database, environment, database.tables)))


def save(
    database: Database,
    reader: Sequence[str],
    *,
    unlock: Sequence[str],
    opens: Mapping[str, str],
    store: Mapping[str, str],
) -> Mapping[str, int]:
    """Let *reader* take in a dump, and return the rows of each table in it. Raises ActionFailed.

    However it breaks off, *unlock* takes the dead reader's lock out of the store.
    """
    with ExitStack() as broken_off:
        # Nor would an interrupt in the place of a kill do: restic (0.14) writes its lock, looks for others for 0.2 s,
        # and only then knows of its own. A dump that fails at once fails in just this time.
        broken_off.callback(_run, unlock, store)
        rows = _save(database, reader, opens=opens, store=store)
        broken_off.pop_all()
        return rows


def _run(argv: Sequence[str], environment: Mapping[str, str]) -> None:
    with _start(argv, environment) as program:
        program.wait(_READ_S)


def _save(
    database: Database, reader: Sequence[str], *, opens: Mapping[str, str], store: Mapping[str, str]
) -> Mapping[str, int]:
    if database.product == "postgresql":
        with _seen(database, opens) as (snapshot, rows):
            meet(database.dump(snapshot=snapshot), reader, of_writer=opens, of_reader=store)
            return rows()
    found: dict[str, int] = {}
    meet(
        database.dump(),
        reader,
        of_writer=opens,
        of_reader=store,
        look=lambda dump: counted(dump, database.product, found),
    )
    return found


@contextmanager
def _seen(database: Database, environment: Mapping[str, str]) -> Iterator[tuple[str, Callable[[], dict[str, int]]]]:
    """PostgreSQL as it is at one moment: the snapshot's name, and what gives the rows it has in it.

    The rows are counted while the block does its work.
    """
    with _start(database.client(), environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as session:
        answers = _Answers(session, database)
        [snapshot] = answers.to("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;", "SELECT pg_export_snapshot();")
        queries = answers.to(database.tables)
        answers.ask(*queries)
        yield snapshot, lambda: counts(answers.lines())


class _Answers:
    """Queries to one session, and its answers."""

    _END = "stackhand.end"

    def __init__(self, session: "subprocess.Popen[bytes]", database: Database) -> None:
        if session.stdin is None or session.stdout is None:
            raise RuntimeError("pipes were asked for")
        self._session, self._database = session, database
        self._stdin, self._stdout = session.stdin, session.stdout

    def to(self, *queries: str) -> list[str]:
        """The lines of the answer to *queries*. Raises ActionFailed when there is none."""
        self.ask(*queries)
        return self.lines()

    def ask(self, *queries: str) -> None:
        """Ask, and do not wait."""
        try:
            self._stdin.write("\n".join([*queries, f"SELECT '{self._END}';\n"]).encode())
            self._stdin.flush()
        except BrokenPipeError:
            raise _ended(self._session, f"{self._database} was asked.") from None

    def lines(self) -> list[str]:
        """Wait for the answer to what was asked last."""
        found: list[str] = []
        for line in self._stdout:
            text = line.decode(errors="replace").removesuffix("\n")
            if text == self._END:
                return found
            found.append(text)
        raise _ended(self._session, f"{self._database} was asked.")


def read_now(argv: Sequence[str], environment: Mapping[str, str]) -> tuple[int, Any, str]:
    """A program's exit code, its answer in JSON, and what it complains of; for checks, which have no run."""
    with _start(argv, environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        try:
            said, words = program.communicate(timeout=_READ_S)
        except subprocess.TimeoutExpired as error:
            raise ActionFailed(f"{argv[0]} did not answer within {_READ_S} s.", hint="Is the store up?") from error
    answer = json.loads(said) if program.returncode == 0 else None
    return program.returncode, answer, words.decode(errors="replace")


def surroundings(names: Sequence[str]) -> dict[str, str]:
    """These variables of our own environment, for a program that needs them."""
    return {name: os.environ[name] for name in names if name in os.environ}


def _end_with_us() -> None:
    """Called in a program that begins: were we killed, it would take the end of our pipe for the end of the dump."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


@contextmanager
def _start(argv: Sequence[str], environment: Mapping[str, str], **streams: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A program that does not outlive the block."""
    try:
        program: subprocess.Popen[bytes] = subprocess.Popen(
            list(argv), env={**surroundings(_KEPT), **environment}, **streams
        )
    except FileNotFoundError as error:
        raise ActionFailed(f"There is no program {argv[0]} on this machine.", hint="Install it.") from error
    try:
        yield program
    finally:
        if program.poll() is None:
            program.kill()
        program.wait()
        for stream in (program.stdin, program.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()


def _chunk(program: "subprocess.Popen[bytes]") -> bytes:
    return os.read(program.stdout.fileno(), _CHUNK_BYTES) if program.stdout else b""


def _ended(program: "subprocess.Popen[bytes]", so: str = "") -> ActionFailed:
    name = program.args[0] if isinstance(program.args, list) else program.args
    return ActionFailed(f"{name!s} ended with code {program.wait()}.", hint=f"{so} The log has its words.".strip())
