"""The database: one SQLite file by default, one PostgreSQL for many machines. The same code."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlmodel import Session
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from bot.base.errors import SetupProblem
from bot.base.text import first_line
from bot.store.approvals import Approvals
from bot.store.audit import Audit
from bot.store.drafts import Drafts
from bot.store.events import Events
from bot.store.files import Files
from bot.store.follows import Follows
from bot.store.forget import Forget
from bot.store.locks import Locks
from bot.store.marks import Marks
from bot.store.messages import Messages
from bot.store.migrate import migrate
from bot.store.pauses import Pauses
from bot.store.people import People
from bot.store.runs import Runs
from bot.store.starts import Starts
from bot.store.steps import Steps
from bot.store.timers import Timers
from bot.store.versions import Versions
from bot.store.watchers import Watchers
from bot.store.workers import Workers

T = TypeVar("T")
log = structlog.get_logger()

_A_DAY_S = 86_400.0


class Transaction:
    """One transaction: all of it happens, or nothing."""

    def __init__(self, session: Session) -> None:
        #: For the engine's queue entry, which has to be part of this transaction.
        self.session = session
        self.runs = Runs(session)
        self.steps = Steps(session)
        self.events = Events(session)
        self.audit = Audit(session)
        self.locks = Locks(session)
        self.timers = Timers(session)
        self.messages = Messages(session)
        self.people = People(session)
        self.pauses = Pauses(session)
        self.approvals = Approvals(session)
        self.workers = Workers(session)
        self.watchers = Watchers(session)
        self.versions = Versions(session)
        self.marks = Marks(session)
        self.follows = Follows(session)
        self.starts = Starts(session)
        self.drafts = Drafts(session)
        self.files = Files(session)
        self.forget = Forget(session)
        self._afterwards: list[Callable[[], None]] = []

    def afterwards(self, call: Callable[[], None]) -> None:
        """Call *call* once the transaction is written; never if it is not."""
        self._afterwards.append(call)

    def written(self) -> None:
        """Make the calls that waited for the commit."""
        for call in self._afterwards:
            call()


class Store:
    """Opens transactions."""

    def __init__(self, engine: Engine) -> None:
        #: Shared with the job engine, so that its queue lives in our transactions.
        self.engine = engine
        # SQLite has one writer at a time, and lets the others sleep and look again: some overtake, some never get in.
        # With 100 forms sent at once one waited 2.6 s for what takes 10 ms; in a row, 0.7 s.
        self._turn: AbstractContextManager[Any] = threading.Lock() if self._is_sqlite else nullcontext()

    @classmethod
    def open(cls, url: str) -> "Store":
        """Connect to *url* and bring its tables up to date.

        Raises SetupProblem if there is no such database or it does not answer.
        """
        hint = "Check DATABASE_URL, and that the server runs (PostgreSQL needs the `postgres` extra)."
        try:
            if make_url(url).get_backend_name() == "sqlite":
                hint = "Check that its disk has room, and that it may be written: stackhand doctor"
                engine = _sqlite(url)
            else:
                engine = _server(url)
            migrate(engine)
        except (DatabaseError, ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            shown = _without_password(url)
            raise SetupProblem(
                f"The database {shown} cannot be opened: {_reason(error)}.",
                hint=hint,
            ) from error
        return cls(engine)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """One transaction that writes; commits at the end, rolls back when an exception leaves the block."""
        with self._turn, Session(self.engine, expire_on_commit=False) as session:
            if self._is_sqlite:
                # Taken at once: a read that later turns into a write could not wait for another writer.
                session.execute(text("BEGIN IMMEDIATE"))
            transaction = Transaction(session)
            yield transaction
            transaction.audit.write()
            session.commit()
        transaction.written()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Look without changing; nothing is written."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield Transaction(session)

    def insist(
        self,
        work: Callable[[Transaction], T],
        *,
        for_s: float = _A_DAY_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> T:
        """Do *work* in a transaction, and again from its start while the database is locked, full or away.

        For what must not get lost because a disk is full for a night. *sleep* waits in between, and may raise.
        Raises the last OperationalError after *for_s*.
        """
        done: T = _again(for_s, sleep)(self._once, self.begin, work)
        return done

    def insist_on_reading(
        self,
        look: Callable[[Transaction], T],
        *,
        for_s: float = _A_DAY_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> T:
        """The same for what only looks."""
        seen: T = _again(for_s, sleep)(self._once, self.read, look)
        return seen

    @property
    def _is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def _once(self, opened: Callable[[], AbstractContextManager[Transaction]], work: Callable[[Transaction], T]) -> T:
        with opened() as transaction:
            return work(transaction)


def _again(for_s: float, sleep: Callable[[float], None]) -> Retrying:
    return Retrying(
        retry=retry_if_exception_type(OperationalError),
        wait=wait_random_exponential(multiplier=0.1, max=5),
        sleep=sleep,
        stop=stop_after_delay(for_s),
        before_sleep=_say_that_it_waits,
        reraise=True,
    )


def _say_that_it_waits(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("the database does not do it, trying again", error=_reason(error), attempt=state.attempt_number)


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    # IMMEDIATE concerns the engine's transactions: a read that turns into a write cannot wait for another writer.
    engine = create_engine(
        url,
        connect_args={"timeout": 30, "isolation_level": "IMMEDIATE", "check_same_thread": False},
        # Enough that listeners and runs at work do not wait for each other's connections.
        pool_size=20,
        max_overflow=20,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    if sqlite3.sqlite_version_info < (3, 42):
        # DBOS asks for milliseconds; before SQLite 3.42 the answer is NULL and it does not start (Python >= 3.12).
        connection.create_function("unixepoch", -1, _unixepoch)
    connection.execute("PRAGMA journal_mode=WAL").close()
    # FULL: a step that had begun must be known to have begun even after a power cut.
    connection.execute("PRAGMA synchronous=FULL").close()


def _unixepoch(*modifiers: str) -> float:
    return time.time() if modifiers == ("subsec",) else int(time.time())


def _server(url: str) -> Engine:
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=30)


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "in DATABASE_URL"


def _reason(error: BaseException | None) -> str:
    """What the driver said, without what SQLAlchemy puts around it."""
    return first_line(str(getattr(error, "orig", None) or error))
