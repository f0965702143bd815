"""An unmodified Bolt app over a real websocket."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.sandbox.sandbox import Sandbox
from tests.sandbox.bolt_app import Connected
from tests.sandbox.samples import button, modal, row, text_input
from tests.slack import Slack, read


@pytest.fixture
def app(make_app: Callable[..., App]) -> App:
    return make_app()


@pytest.fixture
def connected(sandbox: Sandbox, app: App, ada: Slack) -> Iterator[None]:
    connection = Connected(app, sandbox.app_token)
    ada.until(lambda: ada.snapshot()["app"]["connected"])
    yield
    connection.close()


def test_the_handler_for_threads_connects_too(sandbox: Sandbox, app: App, ada: Slack) -> None:
    app.command("/stack")(lambda ack: ack("here"))
    handler = SocketModeHandler(app, sandbox.app_token)
    handler.connect()
    ada.until(lambda: ada.snapshot()["app"]["connected"])

    outcome = ada.command("")
    handler.close()

    assert outcome["acked"]


def test_a_command_is_answered_to_its_person_alone(app: App, connected: None, ada: Slack) -> None:
    app.command("/stack")(lambda ack, command: ack(f"you said {command['text']}"))

    outcome = ada.command("list")

    assert outcome["acked"]
    assert [one["text"] for one in ada.ephemerals()] == ["you said list"]
    assert ada.as_name("grace").ephemerals() == []


def test_names_in_a_command_arrive_as_ids(app: App, connected: None, ada: Slack) -> None:
    app.command("/stack")(lambda ack, command: ack(command["text"]))

    ada.command("give @grace #ops <b>")

    assert ada.ephemerals()[0]["text"] == "give <@U0GRACE|grace> <#C0OPS|ops> &lt;b&gt;"


def test_a_click_edits_the_message_that_was_clicked(app: App, connected: None, ada: Slack) -> None:
    @app.action("go")
    def go(ack: Any, respond: Any, action: Any) -> None:
        ack()
        respond(f"went {action['value']}", replace_original=True)

    posted = app.client.chat_postMessage(channel="#ops", text="Go?", blocks=[row(button("Go", "go", "far"))])
    outcome = ada.click(ada.messages()[0], "Go")

    assert outcome["acked"]
    changed = ada.until(lambda: [one for one in ada.messages() if one["text"] == "went far"])
    assert changed[0]["ts"] == posted["ts"]
    assert "blocks" not in changed[0]


def test_a_form_comes_back_with_errors_and_then_goes(app: App, connected: None, ada: Slack) -> None:
    @app.command("/stack")
    def ask(ack: Any, client: Any, body: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(text_input("Reason", "why")))

    @app.view("sample")
    def take(ack: Any, view: Any) -> None:
        reason = view["state"]["values"]["why"]["value"]["value"]
        ack() if reason == "good" else ack(response_action="errors", errors={"why": "Not that one."})

    ada.command("")
    refused = ada.submit(values={"Reason": "bad"})
    taken = ada.submit(values={"Reason": "good"})

    assert refused["errors"] == {"why": "Not that one."}
    assert taken["acked"]
    assert ada.snapshot()["modals"] == []


def test_the_app_home_is_published_when_it_is_opened(app: App, connected: None, ada: Slack) -> None:
    @app.event("app_home_opened")
    def show(client: Any, event: Any) -> None:
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Welcome"}}]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    ada.open_home()

    assert read(ada.home()) == "Welcome"


def test_words_to_the_bot_arrive_as_events(app: App, connected: None, ada: Slack) -> None:
    app.event("app_mention")(lambda say, event: say(text="You called.", thread_ts=event["ts"]))
    app.event("message")(lambda say, event: say(f"You wrote {event['text']}"))

    called = ada.mention("hello")
    ada.message("good morning", channel="bot")

    assert ada.until(lambda: ada.messages(thread=called))[0]["text"] == "You called."
    assert ada.until(lambda: ada.messages("bot")[1:])[0]["text"] == "You wrote good morning"


def test_a_global_shortcut_opens_a_modal(app: App, connected: None, ada: Slack) -> None:
    @app.shortcut("run_job")
    def ask(ack: Any, client: Any, body: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(text_input("Job", "job")))

    ada.shortcut("run_job")

    assert "Job" in read(ada.modal())
