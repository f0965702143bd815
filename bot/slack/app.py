"""Bolt's app: which listener answers what, and what happens when one breaks."""

import json
import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from slack_bolt import App, BoltResponse
from slack_sdk import WebClient

from bot.slack import ids
from bot.slack.desk import Desk, report
from bot.slack.interaction import read_interaction
from bot.slack.listeners.commands import Commands
from bot.slack.listeners.forms import Ack, Body, Forms
from bot.slack.listeners.home import Home
from bot.slack.listeners.run_buttons import RunButtons, TimerButtons
from bot.slack.views.sorry import apology_modal, refusal_modal

Listener = Callable[..., Any]

ANYTHING = re.compile(".*", re.DOTALL)


def build_app(client: WebClient, *, desk: Desk, signing_secret: str | None, listeners: Executor) -> App:
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
    table = Listeners(desk)
    for command, listener in table.commands.items():
        app.command(command)(listener)
    for shortcut, listener in table.shortcuts.items():
        app.shortcut(shortcut)(listener)
    for event, listener in table.events.items():
        app.event(event)(listener)
    for view, listener in table.views.items():
        app.view(view)(listener)
    for action, listener in table.actions.items():
        app.action(ids.any_of(action))(listener)
    # The last ones: buttons and forms of an older version of this program.
    app.action(ANYTHING)(table.stale_action)
    app.view(ANYTHING)(table.stale_view)
    return app


def _bolt_logger() -> logging.Logger:
    logger = logging.getLogger("bot.slack.bolt")
    # Bolt finds SLACK_BOT_TOKEN in the environment, too, and complains that the client has a token already.
    logger.addFilter(lambda record: "`token` will be unused" not in record.getMessage())
    return logger


class Listeners:
    """Every listener by what it answers; `manifest.yml` declares the same commands, shortcuts and events."""

    def __init__(self, desk: Desk) -> None:
        forms, home = Forms(desk), Home(desk)
        words, runs, timers = Commands(desk, forms), RunButtons(desk), TimerButtons(desk)
        self._desk = desk
        self.commands: dict[str, Listener] = {"/stack": words.slash}
        self.shortcuts: dict[str, Listener] = {"run_job": forms.shortcut}
        self.events: dict[str, Listener] = {
            "app_home_opened": home.opened,
            "app_mention": words.mentioned,
            "message": words.written,
            "subteam_members_changed": home.groups_changed,
        }
        self.views: dict[str, Listener] = {ids.JOB_FORM: forms.submitted, ids.JOB_CONFIRM: forms.confirmed}
        self.actions: dict[str, Listener] = {
            ids.START: forms.clicked,
            ids.SHOW_RUN: runs.show,
            ids.CANCEL: runs.cancel,
            ids.UNDO: runs.undo,
            ids.RETRY: runs.retry,
            ids.LOG: runs.log,
            ids.LOG_AGAIN: runs.log,
            ids.DECIDE: runs.decide,
            ids.TIMER: timers.change,
            # Inputs of a form report each change where they are told to; nothing is decided before the form is sent.
            ids.VALUE: _acknowledge,
        }

    def stale_action(self, ack: Ack, body: Body) -> None:
        """A button that nobody knows any more."""
        ack()
        interaction = read_interaction(body)
        with self._desk.refusals(interaction):
            raise ids.OutOfDate

    def stale_view(self, ack: Ack, body: Body) -> None:
        """A form that nobody knows any more."""
        title = (body["view"].get("title") or {}).get("text") or "Stackhand"
        ack(response_action="update", view=refusal_modal(title, ids.OutOfDate()))


def _acknowledge(ack: Ack) -> None:
    ack()


def _broken(error: Exception, body: Body) -> BoltResponse:
    """Answer for a listener that broke. Without a 200 Slack blames the app in its own words, or shows nothing."""
    del error  # `report` logs the one that is being handled
    said = report()
    if body.get("type") == "view_submission":
        title = (body["view"].get("title") or {}).get("text") or "Stackhand"
        answer = {"response_action": "update", "view": apology_modal(title, said)}
        return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": "application/json"})
    return BoltResponse(status=200, body=said)
