"""The sandbox as one thing that starts and stops: one server on a thread of its own."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from bot.base.clock import Clock, SystemClock
from bot.base.errors import SetupProblem, why
from bot.sandbox import keeping
from bot.sandbox.addresses import Addresses
from bot.sandbox.clock import Ids, MovableClock
from bot.sandbox.delivery import Delivery
from bot.sandbox.faults import Faults
from bot.sandbox.feed import Feed
from bot.sandbox.files import Files
from bot.sandbox.http_delivery import HttpDelivery
from bot.sandbox.installed import InstalledApp, Keys, read_manifest
from bot.sandbox.journal import Journal
from bot.sandbox.modals import Modals
from bot.sandbox.outside.outside import Outside
from bot.sandbox.rates import Rates
from bot.sandbox.routes import application
from bot.sandbox.seed import Seed, acme
from bot.sandbox.sockets import Sockets
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace
from bot.sandbox.world import World

_STOP_TIMEOUT_S = 5.0
#: How long requests under way have when the server stops; pages hold theirs for ever.
_SHUTDOWN_S = 0.2


class Sandbox:
    """A Slack workspace with one app: its Web API, Socket Mode, HTTP mode, and a page to act as its people."""

    def __init__(
        self,
        *,
        manifest: Path,
        data: Path | None = None,
        site: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        seed: Seed | None = None,
        outside: Outside | None = None,
        after_outside: Callable[[], None] = lambda: None,
    ) -> None:
        """With a folder *data* the workspace is there again after a restart; *site* is what /site/ shows.

        People of the page act on *outside*, which somebody else starts and stops; *after_outside* hears of each act.

        Port 0 means any free one. Raises SetupProblem when the manifest cannot be read.
        """
        self._host = host
        self._port = port
        self._site = site
        self._data = data
        self._clock = clock or SystemClock()
        self._seed = seed or acme()
        self._outside = outside
        self._after_outside = after_outside
        self._kept = keeping.read(data / "sandbox.json") if data else None
        keys = keeping.keys_in(self._kept) if self._kept else Keys.cut()
        self._app = InstalledApp(manifest=read_manifest(manifest), keys=keys)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._runner: web.AppRunner | None = None
        self._world: World | None = None
        self._keeper: keeping.Keeper | None = None

    @property
    def url(self) -> str:
        """Where its page is."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}/"

    @property
    def api_url(self) -> str:
        """The base of its Web API, for SLACK_API_URL."""
        return f"{self.url}api/"

    @property
    def bot_token(self) -> str:
        """For SLACK_BOT_TOKEN."""
        return self._app.keys.bot_token

    @property
    def app_token(self) -> str:
        """For SLACK_APP_TOKEN."""
        return self._app.keys.app_token

    @property
    def signing_secret(self) -> str:
        """For SLACK_SIGNING_SECRET, when the app is called over HTTP."""
        return self._app.keys.signing_secret

    def start(self, *, timeout_s: float = 10.0) -> None:
        """Open the port. Raises SetupProblem when it is taken."""
        try:
            listening = socket.create_server((self._host, self._port))
        except OSError as error:
            raise SetupProblem(
                f"Port {self._port} on {self._host} cannot be opened: {why(error)}.",
                hint="Choose another with --port, or --port 0 for any free one.",
            ) from error
        self._port = listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=_run, args=(self._loop,), name="sandbox", daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(listening), self._loop).result(timeout_s)

    def stop(self, *, timeout_s: float = _STOP_TIMEOUT_S) -> None:
        """Write down the last state and close the port."""
        loop, thread, self._thread = self._loop, self._thread, None
        if loop is None or thread is None:
            return
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._close(), loop).result(timeout_s)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout_s)

    async def _serve(self, listening: socket.socket) -> None:
        world = self._make_world(self._kept)
        self._world = world
        if self._data:
            self._keeper = keeping.Keeper(world, self._data / "sandbox.json")
        self._runner = web.AppRunner(
            application(world, self._site), access_log=None, shutdown_timeout=_SHUTDOWN_S, handler_cancellation=True
        )
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    async def _close(self) -> None:
        if self._world:
            await self._world.delivery.close()
            await self._world.sockets.close()
            await self._world.http.close()
        if self._runner:
            await self._runner.cleanup()
        if self._keeper:
            self._keeper.write()

    def _make_world(self, kept: Json | None) -> World:
        clock = MovableClock(self._clock)
        ids = Ids(clock)
        feed = Feed(first=ids.first)
        journal = Journal(clock)
        faults = Faults(ids)
        sockets = Sockets(ids=ids, journal=journal, faults=faults, feed=feed)
        http = HttpDelivery(self._app, journal=journal)
        world = World(
            url=self.url,
            clock=clock,
            ids=ids,
            feed=feed,
            journal=journal,
            faults=faults,
            rates=Rates(clock),
            addresses=Addresses(clock, ids),
            workspace=Workspace(self._seed, ids=ids, feed=feed),
            modals=Modals(clock=clock, ids=ids, feed=feed),
            files=Files(url=self.url, folder=self._data / "files" if self._data else None, clock=clock, ids=ids),
            app=self._app,
            sockets=sockets,
            http=http,
            delivery=Delivery(self._app, sockets, http, clock=clock, ids=ids),
            outside=self._outside,
            after_outside=self._after_outside,
        )
        if kept:
            keeping.restore(world.workspace, world.files, kept)
        return world


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
