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
from bot.slack.listeners.named import Starters
from bot.slack.listeners.pauses import PauseListeners
from bot.slack.listeners.run_buttons import RunButtons, TimerButtons
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
        sending, home, approvals = FormSending(desk), Home(desk, homes), Approvals(desk)
        forms = Forms(desk, sending)
        menus, starters = Menus(desk, forms, homes), Starters(desk)
        locks, pauses, follows = LockListeners(desk), PauseListeners(desk), FollowListeners(desk)
        # Who does what the words of `words.WORDS` ask for, where it is not commands.py itself.
        also: dict[Wish, Verb] = {
            Wish.MENU: menus.menu,
            Wish.STACK: menus.card,
            Wish.BOARD: Boards(desk).put,
            Wish.APPROVALS: approvals.waiting,
            Wish.AUDIT: AuditWords(desk).export,
            Wish.LOCKS: locks.list,
            Wish.LOCK: locks.lock,
            Wish.UNLOCK: locks.unlock,
            Wish.PAUSE: pauses.pause,
            Wish.UNPAUSE: pauses.unpause,
            Wish.FOLLOW: follows.follow,
            Wish.FOLLOWS: follows.list,
            Wish.UNFOLLOW: follows.unfollow,
        }
        words = Commands(desk, forms, also=also)
        runs, timers = RunButtons(desk, starters), TimerButtons(desk, starters)
        self._desk = desk
        self.commands: dict[str, Listener] = {
            "/stack": words.slash,
            **{f"/{word}": words.slash_word(word) for word in ("follow", "follows", "unfollow")},
        }
        self.shortcuts: dict[str, Listener] = {"run_job": menus.shortcut, "about_run": runs.explain}
        #: The steps of workflows; only the manifest with workflows declares them.
        self.steps: dict[str, Listener] = {"run_stack_job": WorkflowSteps(desk).run_job}
        self.events: dict[str, Listener] = {
            "app_home_opened": home.opened,
            "app_mention": words.mentioned,
            "message": words.written,
            "subteam_members_changed": home.groups_changed,
        }
        self.views: dict[str, Listener] = {
            ids.JOB_FORM: sending.submitted,
            ids.JOB_CONFIRM: sending.confirmed,
            ids.APPROVAL_FORM: approvals.submitted,
            ids.LOCK_FORM: locks.submitted,
            ids.NAME_FORM: starters.named,
        }
        self.options: dict[str, Listener] = {ids.SEARCH: menus.searched, ids.VALUE: forms.searched}
        self.actions: dict[str, Listener] = {
            ids.START: forms.clicked,
            ids.SEARCH: menus.chosen,
            ids.CARD: menus.shown,
            ids.STAR: menus.starred,
            ids.SHOW_RUN: runs.show,
            ids.CANCEL: runs.cancel,
            ids.UNDO: runs.undo,
            ids.RETRY: runs.retry,
            ids.RETRY_FROM: runs.retry_from,
            ids.LOG: runs.log,
            ids.LOG_AGAIN: runs.log,
            ids.DECIDE: runs.decide,
            ids.TIMER: timers.change,
            ids.APPROVAL: approvals.clicked,
            ids.VERSION: VersionButtons(desk).clicked,
            ids.AGAIN: forms.again,
            # Inputs of a form report each change where they are told to.
            ids.VALUE: forms.changed,
            ids.ADD_ROW: forms.changed,
            ids.TAKE_OUT: forms.changed,
            ids.DROP_ROW: forms.changed,
            ids.LOCK: locks.clicked,
            ids.UNPAUSE: pauses.clicked,
            ids.UNFOLLOW: follows.clicked,
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
