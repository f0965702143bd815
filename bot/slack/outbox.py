"""The outbox: sends what the rows owe to Slack, each message once, and edits it until it shows the newest state.

One thread for all messages, so that Slack's limits are kept in one place, and one for files, which take long. A nudge
wakes it; a sweep each second finds what no nudge told of.
"""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.base.clock import Clock
from bot.base.errors import NotFound
from bot.base.nudges import Nudges
from bot.model.message import Message, MessageKind
from bot.model.person import Person, is_slack_id
from bot.slack.budget import Pace
from bot.slack.client import Later, Never, NotDone
from bot.slack.errands import ERRANDS, Errands
from bot.slack.file_upload import Upload
from bot.slack.live import Live, Picture
from bot.slack.no_place import NO_PLACE, tell_starter
from bot.slack.posting import Address, Posting
from bot.store.store import Store

log = structlog.get_logger()

_SWEEP_S = 1.0
#: Claimed together; few, so that a slow Slack does not let leases run out.
_BATCH = 4
_LEASE_S = 30.0
_LONGEST_WAIT_S = 60.0
#: A file may take so long; nobody else tries meanwhile.
_FILE_LEASE = timedelta(minutes=10)
#: How far back a message is looked for whose post had no answer.
_LOOK_BACK = timedelta(days=1)
#: A disk may have room again by then, and what broke by a bug may be whole once its rows have changed.
_AFTER_TROUBLE = timedelta(minutes=1)
#: How soon a notice looks again for the thread that it belongs in.
_UNTIL_THREAD = timedelta(milliseconds=500)
#: The tries of a message whose first post has failed: one is noted before it, one after it.
_FAILED_ONCE = 2
_OURSELVES = Person(id="auto:slack", name="Stackhand")
_GONE = {"message_not_found", "thread_not_found"}
#: The channel was archived, or we may not look into it any more.
_CLOSED = {"is_inactive", "channel_not_found"}


class Outbox:
    """Empties the outbox until it is stopped."""

    def __init__(
        self,
        *,
        name: str,
        store: Store,
        live: Live,
        posting: Posting,
        uploads: Mapping[MessageKind, Upload],
        errands: Errands,
        clock: Clock,
        nudges: Nudges,
    ) -> None:
        self._name = name
        self._store = store
        self._live = live
        self._posting = posting
        #: What is sent as a file, by kind.
        self._uploads = uploads
        self._errands = errands
        self._clock = clock
        self._pace = Pace()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="slack-outbox", daemon=True)
        self._files = ThreadPoolExecutor(1, "slack-files")
        #: Runs whose message was put off, so that the end of the run can bring it forward.
        self._held: dict[int, int] = {}
        self._nudged: set[int] = set()
        self._soonest: datetime | None = None
        self._lock = threading.Lock()
        #: Slack is away until then; each failure doubles the pause.
        self._pause_until: datetime | None = None
        self._failures = 0
        self._reposted: set[int] = set()
        nudges.listen(self._hear)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Stop after the message that is being sent; what is owed stays in the rows."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        self._files.shutdown(wait=False, cancel_futures=True)

    def wake(self) -> None:
        """Look at once."""
        self._wake.set()

    def _hear(self, number: int) -> None:
        with self._lock:
            self._nudged.add(number)
        self._wake.set()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(self._nap_s())
            self._wake.clear()
            try:
                self.send_due()
            except Exception:
                # The outbox's boundary: it must never die, and the rows keep what is owed.
                log.exception("the outbox broke")
                self._stopping.wait(_SWEEP_S)

    def _nap_s(self) -> float:
        """Until the next message that was put off may go, or until the next sweep."""
        if self._soonest is None:
            return _SWEEP_S
        return min(_SWEEP_S, max(0.0, (self._soonest - self._clock.now()).total_seconds()))

    def send_due(self) -> None:
        """Send everything that may go now."""
        self._soonest = None
        self._bring_ends_forward()
        while not self._stopping.is_set():
            now = self._clock.now()
            if self._pause_until and now < self._pause_until:
                return
            with self._store.begin() as tx:
                claimed = tx.messages.claim(by=self._name, now=now, lease_s=_LEASE_S, limit=_BATCH)
            if not claimed:
                return
            for message in claimed:
                self._send(message, claimed_at=now)

    def _bring_ends_forward(self) -> None:
        """A run that ended does not wait until its next edit would be due."""
        with self._lock:
            nudged, self._nudged = self._nudged, set()
        for number in nudged & self._held.keys():
            with self._store.begin() as tx:
                run = tx.runs.get(number)
                if run is None or run.status.is_over:
                    tx.messages.free(self._held.pop(number))

    def _send(self, message: Message, *, claimed_at: datetime) -> None:
        if message.kind is MessageKind.RUN and message.run is not None:
            self._held.pop(message.run, None)
        if self._pause_until and self._clock.now() < self._pause_until:
            self._put_off(message, self._pause_until)
            return
        if message.kind in self._uploads:
            self._hand_to_files(message)
            return
        try:
            self._deliver(message, claimed_at)
        except NotFound as gone:
            self._give_up(message, str(gone))
        except NotDone as problem:
            self._failed(message, problem)
        except SQLAlchemyError:
            # The database is away, for all messages: the loop waits for it.
            raise
        except Exception as error:  # noqa: BLE001 - the outbox's boundary: one message must not hold up all the others
            self._broke(message, error)
        else:
            self._failures, self._pause_until = 0, None

    def _deliver(self, message: Message, claimed_at: datetime) -> None:
        if message.kind in ERRANDS:
            self._do_errand(message)
        elif self._waits_for_thread(message):
            self._put_off(message, self._clock.now() + _UNTIL_THREAD)
        else:
            self._send_picture(message, self._live.picture(message), claimed_at)

    def _do_errand(self, message: Message) -> None:
        parent = self._parent(message)
        done = self._errands.do(message, parent)
        with self._store.begin() as tx:
            tx.messages.posted(message.id, revision=done, channel_id=message.channel, ts="")

    def _send_picture(self, message: Message, picture: Picture, claimed_at: datetime) -> None:
        address = _address(message)
        # By one moment for all that were claimed together: by its own, a later one would overtake one that was put off.
        if address:
            due = self._pace.edit_at(message.id, claimed_at, is_urgent=picture.is_urgent)
        else:
            due = self._pace.post_at(self._posting.known_id(message.channel), claimed_at)
        if due > claimed_at:
            self._put_off(message, due)
            return
        at = self._edit(message, picture, address) if address else self._post(message, picture)
        if at is None:
            return
        with self._store.begin() as tx:
            tx.messages.posted(message.id, revision=picture.revision, channel_id=at.channel, ts=at.ts)

    def _edit(self, message: Message, picture: Picture, address: Address) -> Address | None:
        self._pace.edited(message.id, self._clock.now())
        try:
            return self._posting.edit(picture, key=message.key, address=address)
        except Never as never:
            may_move = never.error in _CLOSED and self._asker(message) is not None
            if not (never.error in _GONE or may_move) or message.id in self._reposted:
                raise
        # Somebody deleted it or closed its channel while it was still of use: it comes back once, in the second case
        # to the person behind it.
        self._reposted.add(message.id)
        return self._post(message, picture)

    def _post(self, message: Message, picture: Picture) -> Address | None:
        parent = self._parent(message)
        thread_ts = parent.ts if parent else None
        if message.tries and (found := self._find(message, thread_ts)):
            return self._posting.edit(picture, key=message.key, address=found)
        with self._store.begin() as tx:
            # From here on it may stand in Slack without our knowing: whoever tries next looks first.
            tx.messages.trying(message.id)
        channel, now = parent.channel if parent else message.channel, self._clock.now()
        self._pace.posted(self._posting.known_id(message.channel), now)
        try:
            at = self._posting.post(picture, key=message.key, channel=channel, thread_ts=thread_ts)
        except Never as never:
            person = self._asker(message)
            if never.error not in NO_PLACE or person is None:
                raise
            # We are not in the channel where it was asked, so the person hears it directly.
            log.warning("no way into the channel, told directly", key=message.key, channel=channel, error=str(never))
            with self._store.begin() as tx:
                tell_starter(tx, message, never.error)
            return self._posting.post(picture, key=message.key, channel=person, thread_ts=None)
        # Its name may have led there for the first time: others that go by the id have to wait, too.
        self._pace.posted(at.channel, now)
        return at

    def _find(self, message: Message, thread_ts: str | None) -> Address | None:
        with self._store.read() as tx:
            run = tx.runs.get(message.run) if message.run else None
        since = run.created_at if run else self._clock.now() - _LOOK_BACK
        return self._posting.find(message.key, channel=message.channel, thread_ts=thread_ts, since=since)

    def _parent(self, message: Message) -> Address | None:
        if message.kind is MessageKind.NOTICE:
            return self._own_thread(message)
        if message.parent is None:
            return None
        with self._store.read() as tx:
            parent = tx.messages.get(message.parent)
        return _address(parent) if parent else None

    def _own_thread(self, message: Message) -> Address | None:
        """The run's own message, if it stands in the channel that is to be told: then a reply there is enough."""
        with self._store.read() as tx:
            root = tx.messages.get(f"run:{message.run}")
        at = _address(root) if root else None
        return at if at and at.channel == self._posting.channel_id(message.channel) else None

    def _waits_for_thread(self, message: Message) -> bool:
        """Is it a notice, and the message in whose thread it belongs only on its way?

        One that has failed is not waited for: nobody is to be left untold.
        """
        if message.kind is not MessageKind.NOTICE:
            return False
        with self._store.read() as tx:
            root = tx.messages.get(f"run:{message.run}")
        if root is None or root.ts or root.tries >= _FAILED_ONCE:
            return False
        return self._posting.channel_id(root.channel) == self._posting.channel_id(message.channel)

    def _asker(self, message: Message) -> str | None:
        """The Slack id of the person behind a run's message."""
        if message.kind is not MessageKind.RUN or message.run is None:
            return None
        with self._store.read() as tx:
            run = tx.runs.get(message.run)
        return run.started_by_id if run and is_slack_id(run.started_by_id) else None

    def _hand_to_files(self, message: Message) -> None:
        with self._store.begin() as tx:
            # Not a lease, which would run out while a large file is on its way.
            tx.messages.free(message.id, not_before=self._clock.now() + _FILE_LEASE)
        self._files.submit(self._send_file, message)

    def _send_file(self, message: Message) -> None:
        try:
            self._upload(message)
        except NotFound as gone:
            self._give_up(message, str(gone))
        except NotDone as problem:
            self._failed(message, problem)
        except SQLAlchemyError as error:
            # The database is away; the message is due again when the time for files is over.
            log.warning("a file was not uploaded yet", key=message.key, error=str(error))
        except Exception as error:  # noqa: BLE001 - the same boundary, on the thread for files
            self._broke(message, error)

    def _upload(self, message: Message) -> None:
        parent = self._parent(message)
        with self._store.begin() as tx:
            tx.messages.trying(message.id)
        at = self._uploads[message.kind].send(message, parent=parent)
        with self._store.begin() as tx:
            tx.messages.posted(message.id, revision=message.wanted, channel_id=at.channel, ts=at.ts)

    def _put_off(self, message: Message, until: datetime) -> None:
        with self._store.begin() as tx:
            tx.messages.free(message.id, not_before=until)
        self._soonest = min(until, self._soonest or until)
        if message.kind is MessageKind.RUN and message.run is not None and message.ts:
            self._held[message.run] = message.id

    def _failed(self, message: Message, problem: NotDone) -> None:
        if isinstance(problem, Never):
            self._errands.untold(message, problem.error)
            self._give_up(message, str(problem))
            return
        now = self._clock.now()
        if isinstance(problem, Later):
            wait = timedelta(seconds=problem.seconds)
        else:
            self._failures += 1
            wait = timedelta(seconds=min(_LONGEST_WAIT_S, 2.0 ** min(self._failures, 10) / 2))
        # The others would fare the same: all wait, and nothing is lost, since each shows the newest state when it goes.
        self._pause_until = now + wait
        log.warning("Slack did not take a message, it is tried again", key=message.key, problem=str(problem))
        with self._store.begin() as tx:
            tx.messages.failed(message.id, error=str(problem), retry_at=now + wait)

    def _broke(self, message: Message, error: Exception) -> None:
        log.exception("a message broke, it is tried again", key=message.key)
        with self._store.begin() as tx:
            tx.messages.failed(message.id, error=repr(error), retry_at=self._clock.now() + _AFTER_TROUBLE)

    def _give_up(self, message: Message, error: str) -> None:
        with self._store.begin() as tx:
            tx.messages.refused(message.id, revision=message.wanted, error=error)
            if error == message.error:
                # It changed, was tried anew, and the answer is the one that was told already.
                return
            tell_starter(tx, message, error.partition(":")[0])
            log.error("a message cannot be delivered", key=message.key, channel=message.channel, error=error)
            tx.audit.add(
                at=self._clock.now(),
                by=_OURSELVES,
                origin="slack",
                verb="message",
                target=message.key,
                answer="undeliverable",
                detail=f"{message.channel}: {error}",
            )


def _address(message: Message) -> Address | None:
    return Address(channel=message.channel_id, ts=message.ts) if message.channel_id and message.ts else None
