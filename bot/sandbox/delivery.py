"""Brings to the app what happened: clicks once, events until they are taken."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import structlog

from bot.sandbox.clock import Ids, MovableClock
from bot.sandbox.http_delivery import HttpDelivery
from bot.sandbox.installed import InstalledApp
from bot.sandbox.letter import ACK_WITHIN_S, Ack, Kind, Letter, NotAcked
from bot.sandbox.seed import APP_ID, BOT_USER, TEAM_ID
from bot.sandbox.sockets import Sockets
from bot.sandbox.wire import Json

log = structlog.get_logger()

#: "Slack will retry 3 times": https://docs.slack.dev/apis/events-api/#retries. Slack's own pauses are 0, 1 and 5
#: minutes; over sockets it sends again as soon as the 3 s are over, and so do we.
_RETRIES = 3


class Delivery:
    """The one way to the app, over sockets or over HTTP."""

    def __init__(
        self, app: InstalledApp, sockets: Sockets, http: HttpDelivery, *, clock: MovableClock, ids: Ids
    ) -> None:
        self._app = app
        self._sockets = sockets
        self._http = http
        self._clock = clock
        self._ids = ids
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_connected(self) -> bool:
        """Is there an app that listens?"""
        return self._app.request_url is not None or self._sockets.is_connected

    async def ask(self, kind: Kind, payload: Json) -> Ack:
        """Tell the app what a person did. Raises NotAcked; then the person has to act again."""
        return await self._send(Letter(id=self._ids.new("envelope"), kind=kind, payload=payload))

    def tell(self, kind: str, event: Json) -> None:
        """Tell the app of an event, if its manifest wants this *kind* ("message.im"), until it takes it."""
        if kind in self._app.events:
            self.start(self._insist(self._letter(event)))

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do *work* while the server goes on."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Stop what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("the sandbox stumbled", exc_info=error)

    def _letter(self, event: Json) -> Letter:
        authorization = {
            "enterprise_id": None,
            "team_id": TEAM_ID,
            "user_id": BOT_USER,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        payload = {
            "token": "sandbox",
            "team_id": TEAM_ID,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": self._ids.new("Ev"),
            "event_time": int(self._clock.unix()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
        }
        return Letter(id=self._ids.new("envelope"), kind="events_api", payload=payload)

    async def _insist(self, letter: Letter) -> None:
        loop = asyncio.get_running_loop()
        for retry in range(_RETRIES + 1):
            sent_at = loop.time()
            try:
                await self._send(letter)
            except NotAcked as refused:
                log.info("an event was not taken", event_type=letter.payload["event"]["type"], why=refused.word)
                reason = "timeout" if refused.word == "operation_timeout" else refused.word
                letter = replace(letter, retry=retry + 1, retry_reason=reason)
                # An app that is just being restarted gets its three seconds, too.
                await asyncio.sleep(max(0.0, sent_at + ACK_WITHIN_S - loop.time()))
            else:
                return

    async def _send(self, letter: Letter) -> Ack:
        way = self._http if self._app.request_url else self._sockets
        return await way.send(letter)
