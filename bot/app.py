"""The program put together: rows, stacks, front door, engine, Slack, clock; and in which order they start and stop.

What an opened program does not need, Slack and the sandbox, is imported when it starts: most verbs of the terminal only
open it, to ask it something.
"""

import contextlib
import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Self

import structlog
from pydantic import SecretStr

from bot.base.clock import Clock, SystemClock
from bot.base.errors import SetupProblem, why
from bot.base.lock_file import LockFile
from bot.base.nudges import Nudges
from bot.catalog.catalog import Catalog
from bot.control.control import Control
from bot.control.digest import WeeklyDigest
from bot.control.logs import RunLog
from bot.control.retention import Retention
from bot.control.watchers.follows import followed_resources
from bot.control.watchers.hooks import Hooks
from bot.control.watchers.version_digest import VersionDigests
from bot.control.watchers.watch import present_versions
from bot.runner.choices import ChoiceLists
from bot.runner.engine import DEAD_AFTER, DbosEngine
from bot.runner.files import BringFiles
from bot.runner.preview import Preview, RunPreview, StepPreviews
from bot.runner.secrets import read_secret
from bot.runner.worker import Worker
from bot.settings import Settings
from bot.store.store import Store
from bot.watch.checker import Checker
from bot.watch.guard import Guarded
from bot.watch.look import Looker
from bot.watch.polite import PoliteHttp
from bot.watch.schedule import Schedule, next_moment

if TYPE_CHECKING:
    from bot.playground import Playground
    from bot.slack.edge import SlackEdge
    from bot.slack.file_download import FileDownload
    from bot.watch.hook_server import HookServer

log = structlog.get_logger()

_FIRE_EVERY_S = 1.0
_CHECK_EVERY_S = 0.5
_REFRESH_EVERY_S = 1.0
_FROZEN_EVERY_S = 2.0
_SWEEP_EVERY_S = 30.0
_FORGET_EVERY_S = 600.0
_DIGEST_EVERY_S = 60.0
#: On SQLite there is one worker at a time, and after a restart it goes on under the same name.
_ONLY_WORKER = "stackhand"


@dataclass(kw_only=True)
class App:
    """One process of the program. Opened, it can be asked; started, it also works."""

    settings: Settings
    store: Store
    catalog: Catalog
    control: Control
    previewer: Preview
    clock: Clock
    nudges: Nudges
    engine: DbosEngine
    looker: Looker
    _worker: Worker
    _choices: ChoiceLists
    _files: BringFiles
    _retention: Retention
    _digest: WeeklyDigest
    _version_digests: VersionDigests
    _lock: LockFile
    _schedule: Schedule = field(default_factory=Schedule)
    _playground: "Playground | None" = None
    _slack: "SlackEdge | None" = None
    _checker: Checker | None = None
    _hooks: "HookServer | None" = None
    _works: bool = False

    @classmethod
    def open(cls, settings: Settings, clock: Clock | None = None) -> Self:
        """Connect the database; nothing runs yet, and no stack is read before it is asked for. Raises SetupProblem."""
        _make_data_folder(settings)
        clock, nudges = clock or SystemClock(), Nudges()
        store = Store.open(settings.database)
        catalog = Catalog(
            settings.stacks,
            vars=lambda: settings.vars,
            present=partial(present_versions, store),
            followed=partial(followed_resources, store),
        )
        engine = DbosEngine(store=store, clock=clock)
        logs = RunLog(settings.runs)
        previews = StepPreviews(logs=logs, environ=settings.environ, clock=clock)
        choices = ChoiceLists(environ=settings.environ)
        behind = RunPreview(store=store, steps=previews)
        control = Control.make(
            store=store,
            catalog=catalog,
            engine=engine,
            clock=clock,
            nudges=nudges,
            logs=logs,
            previewer=behind,
            next_moment=next_moment,
            choices=choices,
            registries=settings.registries,
        )
        files = BringFiles(store=store, files=control.files)
        worker = Worker(
            store=store,
            engine=engine,
            clock=clock,
            nudges=nudges,
            logs=logs,
            access=control.access,
            freezes=lambda: catalog.freezes,
            environ=settings.environ,
            approvers=control.approvers,
            previewer=behind,
            files=files,
            call=control.runs.call,
        )
        return cls(
            settings=settings,
            store=store,
            catalog=catalog,
            control=control,
            previewer=Preview(runs=control.runs, steps=previews, files=files),
            clock=clock,
            nudges=nudges,
            engine=engine,
            looker=Looker(
                clock=clock,
                polite=PoliteHttp(clock.now),
                guarded=PoliteHttp(clock.now, wire=Guarded(allowed=settings.follow_hosts)),
                read_secret=lambda reference, folder: read_secret(reference, settings.environ, folder),
                vars=lambda: catalog.vars,
            ),
            _worker=worker,
            _choices=choices,
            _files=files,
            _retention=Retention(
                store=store,
                entries=engine,
                logs=logs,
                files=control.files,
                clock=clock,
                keep=timedelta(days=settings.keep_days),
            ),
            _digest=WeeklyDigest(store=store, clock=clock, channel=settings.digest_channel, zone=settings.digest_zone),
            _version_digests=VersionDigests(store=store, catalog=catalog, clock=clock, zone=settings.digest_zone),
            _lock=LockFile(settings.bot_lock),
        )

    @property
    def url(self) -> str | None:
        """Where the sandbox's page is; None without a sandbox."""
        return self._playground.sandbox.url if self._playground else None

    def is_up(self) -> bool:
        """Does some process, this one or another, advance runs on this data?"""
        if self._shared:
            with self.store.read() as tx:
                return tx.workers.any_since(self.clock.now() - DEAD_AFTER)
        return self._lock.is_taken()

    def take_part(self) -> None:
        """See to it that runs are advanced: by a process that is up on this data, else from now on by this one."""
        if self._works:
            return
        if self.is_up():
            self.engine.open()
        else:
            self._start_or_stop(slack=False, port=0)

    def start(self, *, slack: bool = True) -> None:
        """Work: advance runs, keep the clock, and with *slack* speak to Slack, which may be the sandbox.

        Returns once people's clicks arrive. Raises SetupProblem; then nothing is left running.
        """
        self._start_or_stop(slack=slack, port=self.settings.port if slack else None)

    def stop(self) -> bool:
        """Stop taking work, hand over what runs, hang up. False: some work could not be left in time."""
        self._worker.leave()
        self._schedule.stop()
        if self._hooks:
            self._hooks.stop()
        if self._checker:
            self._checker.stop()
        if self._slack:
            self._slack.stop()
        all_left = self._worker.stop() if self._works else True
        if self._playground:
            self._playground.stop()
        self._works, self._slack, self._playground = False, None, None
        self._checker, self._hooks = None, None
        self._lock.release()
        return all_left

    def close(self) -> None:
        """Stop, and let go of the database."""
        self.stop()
        self._choices.close()
        self.store.close()

    @property
    def _shared(self) -> bool:
        return self.settings.database_url is not None

    def _start_or_stop(self, *, slack: bool, port: int | None) -> None:
        with contextlib.ExitStack() as halfway:
            halfway.callback(self.stop)
            self._start(slack=slack, port=port)
            halfway.pop_all()

    def _start(self, *, slack: bool, port: int | None) -> None:
        if not self._shared and not self._lock.take():
            raise SetupProblem(
                f"A bot is up on {self.settings.data} already, or a run of a terminal is on its way there "
                f"(process {self._lock.holder()}).",
                hint="Stop it first, or choose another folder with --data.",
            )
        # Before anybody can ask: the first click is not the one that waits.
        self.catalog.refresh()
        if port is not None and self.settings.sandbox:
            # Also for a run of the terminal: the playground's site is served by it.
            self._start_playground(port)
        self._works = True
        self._files.connect(self._download())
        name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}" if self._shared else _ONLY_WORKER
        self._worker.start(name=name, at_once=self.settings.runs_at_once)
        if slack:
            self._slack = self._make_slack()
            self._slack.start()
            self._post_boards()
        if slack or port is None:
            # A run of the terminal only finishes itself; what happens outside is for those who stay.
            self._say_mistakes()
            self._watch(name)
        self._schedule.every(_FIRE_EVERY_S, "due timers", self.control.timers.fire_due)
        self._schedule.every(_FROZEN_EVERY_S, "freezes", self.control.freezes.look)
        self._schedule.every(_REFRESH_EVERY_S, "edited stacks", self._refresh)
        self._schedule.every(_SWEEP_EVERY_S, "lost runs", self._worker.sweep)
        self._schedule.every(_FORGET_EVERY_S, "what is old", self._retention.sweep)
        if slack:
            self._schedule.every(_FIRE_EVERY_S, "announcements", self.control.scheduled.owe_due)
            self._schedule.every(_DIGEST_EVERY_S, "weekly digest", self._digest.owe_due)
            self._schedule.every(_DIGEST_EVERY_S, "digests of versions", self._version_digests.owe_due)
        self._schedule.start()

    def _watch(self, name: str) -> None:
        """Look at things outside, and start what is declared to follow."""
        self._checker = Checker(
            store=self.store,
            catalog=self.catalog,
            watch=self.control.watch,
            looker=self.looker,
            clock=self.clock,
            name=name,
        )
        self._checker.open()
        if self._playground:
            # At once, so that what somebody releases in the page is news.
            self._look_outside()
        self._listen_to_hooks()
        self._schedule.every(_CHECK_EVERY_S, "checks", self._checker.round)
        self._schedule.every(_FIRE_EVERY_S, "triggers", self.control.watch.follow)

    def _look_outside(self) -> None:
        for stack in self.catalog.stacks.values():
            self.control.watch.look_sooner(stack.name, stack.resources)

    def _listen_to_hooks(self) -> None:
        port = 0 if self.settings.sandbox and self.settings.hooks_port is None else self.settings.hooks_port
        if port is None:
            return
        from bot.watch.hook_server import HookServer  # noqa: PLC0415

        hooks = Hooks(
            store=self.store,
            catalog=self.catalog,
            triggers=self.control.watch.triggers,
            clock=self.clock,
            read_secret=self._playground.hooks.read_secret if self._playground else self.looker.read_secret,
        )
        self._hooks = HookServer(hooks, host=self.settings.host, port=port)
        try:
            url = self._hooks.start()
        except OSError as error:
            raise SetupProblem(
                f"Port {port} for webhooks cannot be listened on: {why(error)}.", hint="Choose another hooks_port."
            ) from error
        if self._playground:
            # Only its own outside world calls there.
            self._playground.hooks.url = url
        else:
            log.info("code hosts, registries and Alertmanager may call webhooks here", url=url)

    def _start_playground(self, port: int) -> None:
        from bot.playground import Playground  # noqa: PLC0415

        # Whatever proxy this machine needs for the world, it is not the way to itself.
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(
            filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), "127.0.0.1", "localhost"])
        )
        self._playground = Playground(
            self.settings,
            self.catalog,
            port=port,
            read_secret=self.looker.read_secret,
            after_outside=self._look_outside,
        )
        self._playground.start()

    def _download(self) -> "FileDownload | None":
        """The way to files in Slack, also for a process that does not speak there; None without a token."""
        from bot.slack.file_download import FileDownload  # noqa: PLC0415

        sandbox = self._playground.sandbox if self._playground else None
        token = sandbox.bot_token if sandbox else _plain(self.settings.slack_bot_token)
        api_url = sandbox.api_url if sandbox else self.settings.slack_api_url
        return FileDownload(token, api_url=api_url) if token else None

    def _make_slack(self) -> "SlackEdge":
        from bot.slack.edge import SlackEdge  # noqa: PLC0415

        settings, sandbox = self.settings, self._playground.sandbox if self._playground else None
        return SlackEdge(
            bot_token=sandbox.bot_token if sandbox else _plain(settings.slack_bot_token) or "",
            app_token=sandbox.app_token if sandbox else _plain(settings.slack_app_token),
            signing_secret=None if sandbox else _plain(settings.slack_signing_secret),
            api_url=sandbox.api_url if sandbox else settings.slack_api_url,
            control=self.control,
            catalog=self.catalog,
            store=self.store,
            previewer=self.previewer,
            clock=self.clock,
            nudges=self.nudges,
            http_host=self.settings.host,
            http_port=self.settings.port,
            name=f"{socket.gethostname()}:{self.settings.data}",
        )

    def _refresh(self) -> None:
        if self.catalog.refresh():
            self.control.watch.keep()
            self._say_mistakes()
            self._post_boards()
            if self._slack:
                self._slack.show_stacks()

    def _say_mistakes(self) -> None:
        for problem in self.catalog.problems:
            log.warning("a stack has a mistake", problem=str(problem))

    def _post_boards(self) -> None:
        """In the sandbox a stack with jobs here has its buttons in its channel; in a workspace people say where."""
        if self._slack and self._playground:
            for stack in self.catalog.stacks.values():
                if stack.channel and self.control.jobs.here(stack):
                    self._slack.post_board(stack.name, stack.channel)


@contextlib.contextmanager
def open_app(settings: Settings) -> Iterator[App]:
    """The program, opened, and closed again at the end of the block. Raises SetupProblem."""
    app = App.open(settings)
    try:
        yield app
    finally:
        app.close()


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _make_data_folder(settings: Settings) -> None:
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SetupProblem(
            f"The folder {settings.data} cannot be made: {error.strerror}.", hint="Choose another one with --data."
        ) from error
