"""Bolt's app: which listener answers what, and what happens when one breaks."""

import json
import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor
from http import HTTPStatus
from typing import Any

import structlog
from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk import WebClient

from bot.base.errors import Refused
from bot.slack import ids
from bot.slack.desk import Desk, report
from bot.slack.homes import Homes
from bot.slack.interaction import Ack, Body
from bot.slack.listeners.approvals import Approvals
from bot.slack.listeners.audit import AuditWords
from bot.slack.listeners.board import Boards
from bot.slack.listeners.commands import Commands, Verb
from bot.slack.listeners.follows import FollowListeners
from bot.slack.listeners.form_sending import FormSending
from bot.slack.listeners.forms import Forms
from bot.slack.listeners.home import Home
from bot.slack.listeners.locks import LockListeners
from bot.slack.listeners.menu import Menus
from bot.slack.listeners.pauses import PauseListeners
from bot.slack.listeners.run_buttons import RunButtons, TimerButtons
from bot.slack.listeners.starters import Starters
from bot.slack.listeners.versions import VersionButtons
from bot.slack.listeners.workflow import WorkflowSteps
from bot.slack.payload import trouble_with
from bot.slack.views.sorry import apology_modal, refusal_modal
from bot.slack.words import Wish

log = structlog.get_logger()

Listener = Callable[..., Any]

#: How Bolt stumbles over values of the wrong type.
_UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, RecursionError)


def build_app(client: WebClient, *, desk: Desk, homes: Homes, signing_secret: str | None, listeners: Executor) -> App:
    """The app with all its listeners. Its executor is given: Bolt's own five threads are late at the 15th click."""
    app = App(
        name="stackhand",
        client=client,
        signing_secret=signing_secret or "",
        # In Socket Mode nothing is signed: the socket itself is the proof.
        request_verification_enabled=signing_secret is not None,
        listener_executor=listeners,
        logger=_bolt_logger(),
    )
    app.error(_broken)
    app.use(_only_readable)
    table = Listeners(desk, homes)
    for command, listener in table.commands.items():
        app.command(command)(listener)
    for shortcut, listener in table.shortcuts.items():
        app.shortcut(shortcut)(listener)
    for step, listener in table.steps.items():
        # Acknowledged by the listener, once the run is written: what Slack believes to be lost it sends again.
        app.function(step, auto_acknowledge=False)(listener)
    for event, listener in table.events.items():
        app.event(event)(listener)
    for view, listener in table.views.items():
        app.view(view)(listener)
    for action, listener in table.actions.items():
        app.action(ids.any_of(action))(listener)
    for action, listener in table.options.items():
        app.options(action)(listener)
    # Buttons and forms of an older version of this program. Not just anything: where a listener does not answer within
    # 3 s, Bolt asks the next one that fits, which would call out of date what is being done.
    app.action(ids.none_of(ids.any_of(action).pattern for action in table.actions))(table.stale_action)
    app.view(ids.none_of(rf"{re.escape(view)}\Z" for view in table.views))(table.stale_view)
    return app


def acknowledged(app: App, read: Callable[[], BoltRequest]) -> BoltResponse:
    """What the app says to a request, which *read* makes.

    What nobody listens to is acknowledged as well, and what not even Bolt can read: Slack would send it again.
    """
    try:
        response = app.dispatch(read())
        return BoltResponse(status=200) if response.status == HTTPStatus.NOT_FOUND else response
    except _UNREADABLE as error:
        log.warning("Bolt cannot read what came", error=type(error).__name__)
        return BoltResponse(status=200)


def _only_readable(body: Body, next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002 - Bolt's own name
    """Let no listener see what none can read."""
    if body.get("view", body) is None:
        # Where nobody listens, Bolt stumbles over it in the middle of saying so.
        del body["view"]
    trouble = trouble_with(body)
    return _not_read(trouble) if trouble else next()


def _bolt_logger() -> logging.Logger:
    logger = logging.getLogger("bot.slack.bolt")
    # Bolt finds SLACK_BOT_TOKEN in the environment, too, and complains that the client has a token already.
    logger.addFilter(lambda record: "`token` will be unused" not in record.getMessage())
    return logger


class Listeners:
    """Every listener by what it answers; `manifest.yml` declares the same commands, shortcuts and events."""

    def __init__(self, desk: Desk, homes: Homes) -> None:
        self._desk = desk
        self._sending = FormSending(desk)
        self._forms = Forms(desk, self._sending)
        self._menus = Menus(desk, self._forms, homes)
        self._starters = Starters(desk)
        self._runs = RunButtons(desk, self._starters)
        self._approvals = Approvals(desk)
        self._locks = LockListeners(desk)
        self._pauses = PauseListeners(desk)
        self._follows = FollowListeners(desk)
        self._home = Home(desk, homes)
        self._words = Commands(desk, self._forms, also=self._verbs())

    def _verbs(self) -> dict[Wish, Verb]:
        """Who does what the words of `words.WORDS` ask for, where it is not commands.py itself."""
        return {
            Wish.MENU: self._menus.menu,
            Wish.STACK: self._menus.card,
            Wish.BOARD: Boards(self._desk).put,
            Wish.APPROVALS: self._approvals.waiting,
            Wish.AUDIT: AuditWords(self._desk).export,
            Wish.LOCKS: self._locks.list,
            Wish.LOCK: self._locks.lock,
            Wish.UNLOCK: self._locks.unlock,
            Wish.PAUSE: self._pauses.pause,
            Wish.UNPAUSE: self._pauses.unpause,
            Wish.FOLLOW: self._follows.follow,
            Wish.FOLLOWS: self._follows.list,
            Wish.UNFOLLOW: self._follows.unfollow,
        }

    @property
    def commands(self) -> dict[str, Listener]:
        """Slash commands."""
        alone = {f"/{word}": self._words.slash_word(word) for word in ("follow", "follows", "unfollow")}
        return {"/stack": self._words.slash, **alone}

    @property
    def shortcuts(self) -> dict[str, Listener]:
        """The shortcut from anywhere, and the one of a message."""
        return {"run_job": self._menus.shortcut, "about_run": self._runs.explain}

    @property
    def steps(self) -> dict[str, Listener]:
        """The steps of workflows; only the manifest with workflows declares them."""
        return {"run_stack_job": WorkflowSteps(self._desk).run_job}

    @property
    def events(self) -> dict[str, Listener]:
        """What Slack tells without being asked."""
        return {
            "app_home_opened": self._home.opened,
            "app_mention": self._words.mentioned,
            "message": self._words.written,
            "subteam_members_changed": self._home.groups_changed,
        }

    @property
    def views(self) -> dict[str, Listener]:
        """Modals that are sent, by their callback id."""
        return {
            ids.JOB_FORM: self._sending.submitted,
            ids.JOB_CONFIRM: self._sending.confirmed,
            ids.APPROVAL_FORM: self._approvals.submitted,
            ids.LOCK_FORM: self._locks.submitted,
            ids.NAME_FORM: self._starters.named,
        }

    @property
    def options(self) -> dict[str, Listener]:
        """Lists in which somebody types."""
        return {ids.SEARCH: self._menus.searched, ids.VALUE: self._forms.searched}

    @property
    def actions(self) -> dict[str, Listener]:
        """Buttons, and inputs that report each change."""
        return {
            ids.START: self._forms.clicked,
            ids.AGAIN: self._forms.again,
            **dict.fromkeys((ids.VALUE, ids.ADD_ROW, ids.TAKE_OUT, ids.DROP_ROW), self._forms.changed),
            ids.SEARCH: self._menus.chosen,
            ids.CARD: self._menus.shown,
            ids.STAR: self._menus.starred,
            ids.SHOW_RUN: self._runs.show,
            ids.CANCEL: self._runs.cancel,
            ids.UNDO: self._runs.undo,
            ids.RETRY: self._runs.retry,
            ids.RETRY_FROM: self._runs.retry_from,
            ids.LOG: self._runs.log,
            ids.LOG_AGAIN: self._runs.log,
            ids.DECIDE: self._runs.decide,
            ids.TIMER: TimerButtons(self._desk, self._starters).change,
            ids.APPROVAL: self._approvals.clicked,
            ids.VERSION: VersionButtons(self._desk).clicked,
            ids.LOCK: self._locks.clicked,
            ids.UNPAUSE: self._pauses.clicked,
            ids.UNFOLLOW: self._follows.clicked,
        }

    def stale_action(self, ack: Ack, body: Body) -> None:
        """A button that nobody knows any more."""
        with self._desk.click(ack, body):
            raise ids.OutOfDate

    def stale_view(self, ack: Ack, body: Body) -> None:
        """A form that nobody knows any more."""
        title = (body["view"].get("title") or {}).get("text") or "Stackhand"
        ack(response_action="update", view=refusal_modal(title, ids.OutOfDate()))


def _broken(error: Exception, body: Body) -> BoltResponse:
    """Answer for a listener that broke. Without a 200 Slack blames the app in its own words, or shows nothing."""
    if trouble := trouble_with(body):
        # Bolt itself stumbled over it, before any listener was asked.
        return _not_read(trouble)
    if body.get("type") == "block_suggestion" and isinstance(error, Refused):
        return _as_json({"options": []})
    said = str(error) if isinstance(error, Refused) else report()
    if body.get("type") != "view_submission":
        return BoltResponse(status=200, body=said)
    title = (body["view"].get("title") or {}).get("text") or "Stackhand"
    view = refusal_modal(title, error) if isinstance(error, Refused) else apology_modal(title, said)
    return _as_json({"response_action": "update", "view": view})


def _not_read(trouble: str) -> BoltResponse:
    log.warning("a payload is not one of Slack's", trouble=trouble)
    return BoltResponse(status=200)


def _as_json(answer: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": "application/json"})
