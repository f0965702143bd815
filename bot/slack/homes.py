"""Keeps the App Home of those fresh who look at it: it is published again when its content changed."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk import WebClient

from bot.base.clock import Clock
from bot.base.errors import Refused
from bot.control.holds.freezes import FREEZES_SEEN
from bot.slack.client import Later, Never, Unsure, call
from bot.slack.people import NotOfThisWorkspace
from bot.store.store import Store

log = structlog.get_logger()

#: Slack does not say when somebody leaves their home; after so long we take it that they did.
WATCHED_FOR = timedelta(minutes=30)
#: What happens within such a moment is shown together.
_LOOK_EVERY_S = 2.0
#: Of the 100 a minute that Slack allows for views.publish (Tier 4), so that opening a home always gets through.
_MOST_PER_LOOK = 2
#: A home that is not fresh harms nobody, and Slack may be away for hours.
_AFTER_TROUBLE = timedelta(minutes=1)

#: Differs as soon as anything happened that a home may show.
_Seen = tuple[int, int, tuple[tuple[str, int], ...], str, int]

#: Makes the home of a Slack user.
Build = Callable[[str], dict[str, Any]]


@dataclass
class _Home:
    opened_at: datetime
    #: Would the next process know of it?
    is_written: bool = False
    #: What Slack shows, and its name for it; None: not known.
    blocks: list[dict[str, Any]] | None = None
    hash: str | None = None
    #: After trouble it is left alone until then.
    not_before: datetime | None = None
    #: Up to which change of the rows it is fresh.
    seen: _Seen = field(default=(-1, -1, (), "", -1))


class Homes:
    """The homes that people look at. A thread looks for changes; nothing is asked of Slack while nothing changes."""

    def __init__(self, *, client: WebClient, store: Store, clock: Clock, build: Build) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._build = build
        self._lock = threading.Lock()
        self._homes: dict[str, _Home] = {}
        self._edits = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="slack-homes", daemon=True)

    def start(self) -> None:
        """Begin, also with those who opened their home before a restart."""
        now = self._clock.now()
        with self._store.read() as tx:
            watched = tx.people.at_home_since(now - WATCHED_FOR)
        with self._lock:
            for user in watched:
                self._homes.setdefault(user, _Home(opened_at=now, is_written=True))
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Publish no more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def opened(self, user: str) -> None:
        """Somebody looks at their home: show it as it is now, whatever was shown before."""
        now = self._clock.now()
        with self._lock:
            home = self._homes[user] = _Home(opened_at=now)
        self._publish(user, home, self._newest())

    def show(self, user: str) -> None:
        """This person changed something of their own: show it at once, if they look."""
        with self._lock:
            home = self._homes.get(user)
        if home:
            self._publish(user, home, self._newest())

    def stacks_changed(self) -> None:
        """Somebody edited the stacks: of that the rows know nothing."""
        self._edits += 1

    def _loop(self) -> None:
        while not self._stopping.wait(_LOOK_EVERY_S):
            try:
                self.refresh()
            except Exception:
                # The thread's boundary: a home that is not fresh harms nobody.
                log.exception("homes were not refreshed")

    def refresh(self) -> None:
        """Publish what changed, those first whose home is stale longest."""
        now = self._clock.now()
        with self._lock:
            self._homes = {user: one for user, one in self._homes.items() if now - one.opened_at < WATCHED_FOR}
            homes = sorted(self._homes.items(), key=lambda pair: pair[1].seen)
        if not homes:
            return
        newest, published = self._newest(), 0
        for user, home in homes:
            is_due = home.seen != newest and (home.not_before is None or now >= home.not_before)
            if is_due and published < _MOST_PER_LOOK:
                published += self._publish(user, home, newest)

    def _write(self, user: str, home: _Home) -> None:
        """Let a process that comes after this one know who looks; their row is there since their home was made."""
        if not home.is_written:
            with self._store.begin() as tx:
                tx.people.opened_home(user, home.opened_at)
            home.is_written = True

    def _newest(self) -> _Seen:
        """Each step of a run and each request is a row; what a check finds is none."""
        with self._store.read() as tx:
            cold = tx.starts.last(FREEZES_SEEN) or ""
            return tx.events.newest(), tx.audit.newest(), tx.watchers.failing(), cold, self._edits

    def _publish(self, user: str, home: _Home, newest: _Seen) -> bool:
        """Show *user* their home unless they see it already; did it ask Slack?"""
        try:
            view = self._build(user)
            self._write(user, home)
            if view["blocks"] == home.blocks:
                home.seen = newest
                return False
            known = {"hash": home.hash} if home.hash else {}
            shown = call(self._client.views_publish, user_id=user, view=view, **known)
            home.blocks, home.hash, home.seen = view["blocks"], shown["view"].get("hash"), newest
        except Never as never:
            # Another front end was here in between: the next look shows the newest on top of that.
            home.hash = None
            if never.error != "hash_conflict":
                home.seen = newest
                log.warning("a home was not published", user=user, error=str(never))
        except NotOfThisWorkspace:
            # Whoever left looks at it no more.
            with self._lock:
                self._homes.pop(user, None)
        except (Later, Unsure, Refused) as error:
            home.not_before = self._clock.now() + _AFTER_TROUBLE
            log.warning("a home was not published", user=user, error=str(error))
        return True
