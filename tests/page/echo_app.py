"""A small Slack app, made with slack-bolt as anybody would, that uses all that the page can show."""

import socket
from pathlib import Path
from typing import Any

from slack_bolt import App, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

Json = dict[str, Any]


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str) -> Json:
    return {"text": words(text), "value": text}


def button(label: str, action: str, **more: Any) -> Json:
    return {"type": "button", "text": words(label), "action_id": action, "value": action, **more}


CONFIRM = {
    "title": words("Really?"),
    "text": words("It cannot be taken back."),
    "confirm": words("Destroy"),
    "deny": words("Keep"),
    "style": "danger",
}
ENVIRONMENTS = [option("staging"), option("production")]
MENU: list[Json] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*What now?*"}},
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            button("Open form", "open"),
            button("Destroy", "destroy", style="danger", confirm=CONFIRM),
            button("Silence", "silence"),
            {"type": "static_select", "action_id": "where", "options": ENVIRONMENTS, "placeholder": words("Where")},
            {"type": "overflow", "action_id": "more", "options": [option("Edit"), option("Delete")]},
        ],
    },
]


def field(block: str, label: str, element: Json, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": block,
        "label": words(label),
        "element": {**element, "action_id": "value"},
        **more,
    }


def form() -> Json:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": words("Form"),
        "submit": words("Send it"),
        "close": words("Cancel"),
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": "Say why."}},
            field("where", "Environment", {"type": "static_select", "options": ENVIRONMENTS}),
            field("why", "Reason", {"type": "plain_text_input", "max_length": 100}),
            field("minutes", "Minutes", {"type": "number_input", "is_decimal_allowed": False, "initial_value": "30"}),
            field("host", "Host", {"type": "external_select", "min_query_length": 1}, optional=True),
            field("day", "Day", {"type": "datepicker"}, optional=True),
            field("list", "List", {"type": "file_input", "filetypes": ["csv"], "max_files": 1}, optional=True),
            field("tell", "Tell", {"type": "checkboxes", "options": [option("customers")]}, optional=True),
        ],
    }


SURE: Json = {
    "type": "modal",
    "callback_id": "sure",
    "title": words("Sure?"),
    "submit": words("Yes"),
    "close": words("Back"),
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Nothing has happened yet."}}],
}


class EchoApp:
    """The app; `heard` is what reached it."""

    def __init__(self, api_url: str, bot_token: str, app_token: str) -> None:
        self.heard: list[Json] = []
        self.client = WebClient(token=bot_token, base_url=api_url)
        self._app = App(client=self.client)
        self._app.error(lambda error: BoltResponse(status=200, body=str(error)))
        self._app_token = app_token
        self._listen()

    def start(self) -> None:
        self._handler = SocketModeHandler(self._app, self._app_token)
        self._handler.connect()

    def stop(self) -> None:
        # Its own `close` waits for whoever reads to notice, which took minutes: so that one is told first.
        client = self._handler.client
        client.auto_reconnect_enabled = False
        session = client.current_session
        if session and session.sock:
            session.sock.shutdown(socket.SHUT_RDWR)
        self._handler.close()

    def post(self, text: str, *, channel: str = "C0OPS", **more: Any) -> Json:
        answer = self.client.chat_postMessage(channel=channel, text=text, **more)
        return {"channel": channel, "ts": answer["ts"]}

    def upload(self, path: Path, thread: Json) -> None:
        self.client.files_upload_v2(file=str(path), title=path.name, channel=thread["channel"], thread_ts=thread["ts"])

    def _listen(self) -> None:
        self._app.command("/stack")(self._command)
        self._app.action("open")(self._open)
        self._app.action("silence")(self._hear)
        for action in ("destroy", "where", "more", "home_button"):
            self._app.action(action)(self._acknowledge)
        self._app.options("value")(self._hosts)
        self._app.view("form")(self._submitted)
        self._app.view("sure")(self._sure)
        self._app.shortcut("run_job")(self._open)
        self._app.event("app_home_opened")(self._home)
        self._app.event("message")(self._hear)
        self._app.event("app_mention")(self._hear)

    def _hear(self, body: Json) -> None:
        self.heard.append(body)

    def _acknowledge(self, ack: Any, body: Json) -> None:
        ack()
        self._hear(body)

    def _command(self, ack: Any, body: Json, respond: Any) -> None:
        if body["text"] == "silence":
            return
        ack()
        if body["text"] == "form":
            self.client.views_open(trigger_id=body["trigger_id"], view=form())
        else:
            respond(text="Menu", blocks=MENU)

    def _open(self, ack: Any, body: Json) -> None:
        ack()
        self.client.views_open(trigger_id=body["trigger_id"], view=form())

    def _hosts(self, ack: Any, payload: Json) -> None:
        ack(options=[option(f"{payload['value']}{number}.example.org") for number in range(1, 4)])

    def _submitted(self, ack: Any, body: Json) -> None:
        self._hear(body)
        minutes = body["view"]["state"]["values"]["minutes"]["value"]["value"]
        if int(minutes) > 240:
            ack(response_action="errors", errors={"minutes": f"240 at most, not {minutes}."})
        else:
            ack(response_action="push", view=SURE)

    def _sure(self, ack: Any, body: Json) -> None:
        self._hear(body)
        ack(response_action="clear")

    def _home(self, event: Json) -> None:
        jobs = [
            {"type": "header", "text": words("Your jobs")},
            {"type": "actions", "block_id": "home", "elements": [button("Run it", "home_button")]},
        ]
        self.client.views_publish(user_id=event["user"], view={"type": "home", "blocks": jobs})
