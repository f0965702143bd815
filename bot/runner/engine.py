"""The job engine: DBOS hands each part of a run to exactly one living worker. The only file that imports it.

A part is one short workflow, `advance(number, part)`. What a run is and how far it came stands in our own rows; the
workflow carries numbers only and calls a function that reads those rows. So a program of a newer version resumes the
runs of an older one, and the engine can be changed for another behind `control.engine.Engine`.

DBOS is imported by what puts runs in the queue or takes them out: with what it brings it is 15 MiB and 0.1 s, and most
verbs of the terminal do neither.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Engine as Database
from sqlalchemy import inspect

from bot.base.clock import Clock
from bot.base.errors import SetupProblem
from bot.store.store import Store, Transaction

if TYPE_CHECKING:
    from dbos import DBOSClient, DBOSConfig

log = structlog.get_logger()

_QUEUE = "runs"
_WORKFLOW = "advance"
#: A worker of a shared database is taken for dead when it gave no sign of life for so long. If it only slept, its next
#: write is refused, since the run has a new epoch by then.
DEAD_AFTER = timedelta(seconds=15)
_BEAT_S = 3.0
#: How often workers look for work. The engine's default of 1 s would be felt by whoever clicks; each look takes 2.5 ms
#: of a processor, also beside a playbook that needs all of it.
_POLL_S = 0.2
#: One of the tables that the engine makes at its first start, and how long to wait for that.
_TABLE = "workflow_status"
_TABLES_TIMEOUT_S = 10.0
#: Fewer than the values that one statement takes.
_FORGOTTEN_TOGETHER = 500


class DbosEngine:
    """Puts runs in the queue; after `start` also takes them out and advances them."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._client: DBOSClient | None = None
        self._beat: threading.Thread | None = None
        self._stopping = threading.Event()

    def submit(self, tx: Transaction, number: int, part: int) -> None:
        """Have run *number* advanced by one worker, once *tx* is written. The same part again changes nothing."""
        if self._client is None:
            raise RuntimeError("the engine was not opened")
        # Sortable: before Python 3.12 SQLite breaks ties within a second by this id (engine trap 6.7).
        options = {"workflow_name": _WORKFLOW, "queue_name": _QUEUE, "workflow_id": workflow_id(number, part)}
        self._client.enqueue_in_transaction(tx.session, {**options, "app_version": _VERSION}, number, part)  # type: ignore[typeddict-item]

    def open(self) -> None:
        """Make `submit` work in a process that advances nothing itself.

        Raises SetupProblem when no worker has ever run on this database: it makes the queue's tables.
        """
        until = time.monotonic() + _TABLES_TIMEOUT_S
        while not self.is_made:
            if time.monotonic() > until:
                raise SetupProblem("The queue's tables are not there yet.", hint="Is a bot starting? Try again soon.")
            time.sleep(0.1)
        from dbos import DBOSClient  # noqa: PLC0415

        self._client = DBOSClient(system_database_engine=self._store.engine, application_name=_NAME)

    def start(self, advance: Callable[[int, int], None], *, worker: str, at_once: int) -> None:
        """Take work from now on, *at_once* runs at a time, and go on with what *worker* left when it stopped.

        On SQLite *worker* is always the same name (one process at a time, guarded by the caller); on PostgreSQL it is
        new for each process, and the others take over what it leaves.
        """
        from dbos import DBOS  # noqa: PLC0415

        _quiet()
        DBOS(config=_config(self._store.engine, worker))

        @DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=1000)
        def _advance(number: int, part: int) -> None:
            advance(number, part)

        if self._shared:
            self._sign_of_life(worker)
        DBOS.launch()
        DBOS.register_queue(
            _QUEUE, worker_concurrency=at_once, polling_interval_sec=_POLL_S, on_conflict="always_update"
        )
        self.open()
        if self._shared:
            self._beat = threading.Thread(target=self._keep_beating, args=(worker,), name="engine-beat", daemon=True)
            self._beat.start()

    def stop(self) -> None:
        """Take no more work. Runs that are on their way stay with this worker's name until somebody recovers them."""
        from dbos import DBOS  # noqa: PLC0415

        self._stopping.set()
        DBOS.destroy(destroy_registry=True)
        if self._beat:
            self._beat.join(timeout=5)

    def lost(self, number: int, part: int) -> bool:
        """Is this part over for the engine, or did it never hear of it? Then nobody will advance the run by itself."""
        if self._client is None:
            return False
        found = self._client.list_workflows(
            workflow_ids=[workflow_id(number, part)], load_input=False, load_output=False
        )
        return not found or found[0].status not in {"ENQUEUED", "DELAYED", "PENDING"}

    def forget(self, parts: Sequence[tuple[int, int]]) -> None:
        """Remove the finished entries of these parts of runs: they are over, and nobody will ask for them again."""
        names = [workflow_id(number, part) for number, part in parts]
        for first in range(0, len(names), _FORGOTTEN_TOGETHER):
            if self._client is not None:
                self._client.delete_workflows(names[first : first + _FORGOTTEN_TOGETHER])

    @property
    def is_made(self) -> bool:
        """Has a worker ever run on this database? Before that there is no run that could be submitted."""
        return inspect(self._store.engine).has_table(_TABLE, schema="dbos" if self._shared else None)

    @property
    def _shared(self) -> bool:
        return self._store.engine.dialect.name == "postgresql"

    def _keep_beating(self, worker: str) -> None:
        while not self._stopping.wait(_BEAT_S):
            try:
                self._sign_of_life(worker)
                self._take_over_from_the_dead(worker)
            except Exception as error:  # noqa: BLE001 - the beat's boundary: without beats a living worker counts as dead
                # Mostly the database is away, and so is everybody else's sign of life. The next beat tries again.
                log.warning("no sign of life could be given", error=repr(error))

    def _sign_of_life(self, worker: str) -> None:
        with self._store.begin() as tx:
            tx.workers.beat(worker, self._clock.now())

    def _take_over_from_the_dead(self, worker: str) -> None:
        from dbos import DBOS  # noqa: PLC0415

        with self._store.read() as tx:
            dead = [id for id in tx.workers.silent_since(self._clock.now() - DEAD_AFTER) if id != worker]
        for id in dead:
            # Hands over through the queue, so that several workers may do it at once. It is private in the MIT core,
            # but what its own control plane calls; engine contract tests hold it to that.
            handed = DBOS._recover_pending_workflows([id])  # noqa: SLF001
            log.info("took over from a dead worker", worker=id, runs=len(handed))
            if not handed:
                with self._store.begin() as tx:
                    tx.workers.forget(id)


_NAME = "stackhand"
#: Constant on purpose: the engine recovers only work of its own version, and our plans outlive releases.
_VERSION = "1"


def workflow_id(number: int, part: int) -> str:
    """The engine's name for one part of a run; sorts like (number, part)."""
    return f"run-{number:012d}-{part:05d}"


def _config(database: Database, worker: str) -> "DBOSConfig":
    return {
        "name": _NAME,
        "system_database_engine": database,
        "application_version": _VERSION,
        "executor_id": worker,
        "max_executor_threads": 32,
        "use_listen_notify": False,
        "enable_otlp": False,
        "log_level": "WARNING",
    }


def _quiet() -> None:
    logging.getLogger("dbos").setLevel(logging.WARNING)
