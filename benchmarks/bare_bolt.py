"""`python -m benchmarks.bare_bolt`: the least that Bolt can do, written as its own README writes an app.

The same button, form and message as the measured job, but nothing is checked, stored or run.
"""

import os
from threading import Event
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

Json = dict[str, Any]


def words(text: str) -> Json:
    """A plain text object."""
    return {"type": "plain_text", "text": text}


def build_app(client: WebClient) -> App:
    """A command that shows a button, the button that opens a form, the form that is echoed."""
    app = App(client=client)

    @app.command("/stack")
    def board(ack: Any, say: Any) -> None:
        ack()
        button = {"type": "button", "action_id": "start_job", "text": words("Echo")}
        say(text="Echo", blocks=[{"type": "actions", "elements": [button]}])

    @app.action("start_job")
    def clicked(ack: Any, body: Json, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=form(body["channel"]["id"]))

    @app.view("job_form")
    def submitted(ack: Any, view: Json, client: WebClient) -> None:
        ack(response_action="clear")
        text = view["state"]["values"]["field.text"]["value"]["value"]
        client.chat_postMessage(channel=view["private_metadata"], text=text)

    return app


def form(channel: str) -> Json:
    """One text field."""
    element = {"type": "plain_text_input", "action_id": "value"}
    return {
        "type": "modal",
        "callback_id": "job_form",
        "private_metadata": channel,
        "title": words("Echo"),
        "submit": words("Echo"),
        "blocks": [{"type": "input", "block_id": "field.text", "label": words("Text"), "element": element}],
    }


def main() -> None:
    """Connect, and answer until SIGTERM."""
    client = WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    handler = SocketModeHandler(build_app(client), os.environ["SLACK_APP_TOKEN"])
    handler.connect()  # type: ignore[no-untyped-call]
    print("Ready: bare Bolt", flush=True)
    Event().wait()


if __name__ == "__main__":
    main()
