"""The Slack edge as one thing that starts and stops."""

import os
import secrets
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from math import inf
from urllib.error import URLError

from slack_bolt.error import BoltError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.base.clock import Clock
from bot.base.errors import SetupProblem
from bot.base.nudges import Nudges
from bot.control.preview import Previewer
from bot.model.message import MessageKind
from bot.model.stack import Stack
from bot.slack.app import build_app
from bot.slack.audit_upload import AuditUpload
from bot.slack.client import error_code, make_client
from bot.slack.desk import Desk
from bot.slack.digest_upload import DigestUpload
from bot.slack.door import Door, Stacks
from bot.slack.errands import Errands
from bot.slack.file_upload import FileUpload
from bot.slack.groups import Groups
from bot.slack.homes import Homes
from bot.slack.http_mode import HttpMode
from bot.slack.listeners.board import owe_board
from bot.slack.listeners.home import home_of
from bot.slack.live import Live
from bot.slack.log_upload import LogUpload
from bot.slack.outbox import Outbox
from bot.slack.people import People
from bot.slack.posting import Posting
from bot.slack.rush import Rush
from bot.slack.socket import Socket
from bot.store.store import Store

#: As many as may click at once: those that let others pass must not keep them from a thread.
_LISTENERS = 128
_PREVIEWS = 8
#: What opens a form is good for three seconds.
_UNTIL_FORM_S = 1.0


class SlackEdge:
    """Receives what people do in Slack, and sends what the rows owe to it."""

    def __init__(
        self,
        *,
        bot_token: str,
        app_token: str | None,
        api_url: str,
        control: Door,
        catalog: Stacks,
        store: Store,
        previewer: Previewer,
        clock: Clock,
        nudges: Nudges,
        signing_secret: str | None = None,
        http_host: str = "127.0.0.1",
        http_port: int = 0,
        name: str = "",
    ) -> None:
        """With a *signing_secret* Slack calls us at *http_host*:*http_port*; else we hold a socket by *app_token*.

        *name* tells this front end from others on the same rows, and should be the same after a restart: then it goes
        on with what it was sending. Without one it waits half a minute for that.
        """
        self._name = name or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._api_url = api_url if api_url.endswith("/") else f"{api_url}/"
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._http_at = (http_host, http_port)
        self._tls = ssl.create_default_context()
        self._client = make_client(bot_token, api_url=self._api_url, tls=self._tls, patience_s=inf)
        self._hasty = make_client(bot_token, api_url=self._api_url, tls=self._tls, patience_s=_UNTIL_FORM_S)
        self._rush = Rush()
        self._outbox = self._make_outbox(bot_token, control, catalog, store, clock, nudges)
        self._listeners = ThreadPoolExecutor(_LISTENERS, "slack-listener")
        self._previews = ThreadPoolExecutor(_PREVIEWS, "slack-preview")
        self._desk = self._make_desk(control, catalog, store, previewer, clock)
        self._homes = Homes(client=self._client, store=store, clock=clock, build=lambda user: home_of(self._desk, user))
        self._shown: Mapping[str, Stack] = {}
        self._socket: Socket | None = None
        self._http: HttpMode | None = None

    @property
    def http_url(self) -> str | None:
        """Where Slack reaches us in HTTP mode; None in Socket Mode, and before `start`."""
        return self._http.url if self._http else None

    def start(self, *, timeout_s: float = 30.0) -> None:
        """Connect, and begin to send. Returns once people's clicks arrive.

        Raises SetupProblem with one sentence when a token is wrong or Slack is not reached; then nothing is left open.
        """
        try:
            self._connect(timeout_s)
        except SetupProblem:
            self.stop(timeout_s=1.0)
            raise
        self.show_stacks()
        self._outbox.start()
        self._homes.start()

    def stop(self, *, timeout_s: float = 10.0) -> None:
        """Take no more work, hang up, let listeners end. What is still owed to Slack stays in the rows."""
        for way in (self._socket, self._http):
            if way:
                way.close(timeout_s)
        self._homes.stop(timeout_s)
        self._listeners.shutdown(wait=True)
        self._previews.shutdown(wait=True, cancel_futures=True)
        self._outbox.stop(timeout_s)

    def post_board(self, stack: str, channel: str) -> None:
        """Put the buttons of *stack* into *channel*, once; freshens them when they are there already."""
        owe_board(self._desk, stack, channel)

    def show_stacks(self) -> None:
        """Let boards and homes show the stacks as they are now; nothing is sent of one that nobody has edited."""
        before, now = self._shown, dict(self._desk.stacks.stacks)
        edited = [name for name in {**before, **now} if before.get(name) != now.get(name)]
        if edited:
            with self._desk.store.begin() as tx:
                for name in edited:
                    tx.messages.show_boards(name)
            # Not before it is written down: else nobody would try again.
            self._shown = now
            self._desk.wake()
            self._homes.stacks_changed()

    def _connect(self, timeout_s: float) -> None:
        _sign_in(self._client, self._api_url)
        try:
            app = build_app(
                self._client,
                desk=self._desk,
                homes=self._homes,
                signing_secret=self._signing_secret,
                listeners=self._listeners,
            )
        except BoltError as error:
            raise SetupProblem(f"Slack refused the bot token: {error}.") from error
        if self._signing_secret:
            host, port = self._http_at
            self._http = HttpMode(app, host=host, port=port)
            self._http.listen(timeout_s)
        elif self._app_token:
            self._socket = Socket(app, app_token=self._app_token, api_url=self._api_url, tls=self._tls, rush=self._rush)
            self._socket.connect(timeout_s)
        else:
            raise SetupProblem("Slack cannot reach us.", hint="Set SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET.")

    def _make_desk(self, control: Door, catalog: Stacks, store: Store, previewer: Previewer, clock: Clock) -> Desk:
        return Desk(
            door=control,
            stacks=catalog,
            store=store,
            people=People(self._client, clock, store),
            previewer=previewer,
            slack=self._client,
            hasty=self._hasty,
            tls=self._tls,
            pool=self._previews,
            wake=self._outbox.wake,
            rush=self._rush,
        )

    def _make_outbox(
        self, token: str, control: Door, catalog: Stacks, store: Store, clock: Clock, nudges: Nudges
    ) -> Outbox:
        # Impatient: the outbox has other messages to send while Slack asks for patience with one.
        client = make_client(token, api_url=self._api_url, tls=self._tls, patience_s=0)
        groups, people = Groups(client, clock), People(client, clock, store)
        posting, files = Posting(client), FileUpload(client=client, tls=self._tls)
        return Outbox(
            name=self._name,
            store=store,
            live=Live(door=control, stacks=catalog, group_id=groups.id_of, person=people.of),
            posting=posting,
            uploads={
                MessageKind.LOG: LogUpload(files=files, posting=posting, door=control),
                MessageKind.AUDIT: AuditUpload(files=files, store=store),
                MessageKind.DIGEST: DigestUpload(files=files, posting=posting, store=store),
            },
            errands=Errands(client=client, door=control),
            clock=clock,
            nudges=nudges,
        )


def _sign_in(client: WebClient, api_url: str) -> None:
    try:
        client.auth_test()
    except SlackApiError as error:
        code = error_code(error) or "no answer that it could be"
        raise SetupProblem(
            f"Slack refused the bot token ({code}).",
            hint="SLACK_BOT_TOKEN starts with xoxb-; copy it again from the app's page OAuth & Permissions.",
        ) from error
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise SetupProblem(f"Slack is not reached at {api_url}: {reason}.", hint="Check the network.") from error
