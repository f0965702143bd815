"""What Slack does to a socket, and to envelopes that nobody takes."""

import threading
from typing import Any

from bot.sandbox.sandbox import Sandbox
from tests.sandbox.bare_api import Api
from tests.sandbox.raw_app import RawApp
from tests.sandbox.samples import button, row
from tests.slack import Slack


def in_background(act: Any, *arguments: Any, **more: Any) -> tuple[threading.Thread, list[Any]]:
    """Start *act*, which waits for an acknowledgement; its result comes into the list."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(act(*arguments, **more)))
    thread.start()
    return thread, results


def test_a_pong_says_what_the_ping_said(raw: RawApp) -> None:
    assert raw.ping("sdk-ping-pong:1700000000.5") == "sdk-ping-pong:1700000000.5"


def test_each_connection_is_greeted_with_their_number(raw: RawApp) -> None:
    hello = raw.connect()

    assert hello.body["num_connections"] == 2
    assert hello.body["connection_info"]["app_id"] == "A0STACKHAND"


def test_envelopes_go_to_each_connection_in_turn(raw: RawApp, ada: Slack) -> None:
    raw.connect()

    for _ in range(4):
        ada.command("x", wait=False)

    assert sorted(raw.next("slash_commands").connection for _ in range(4)) == [0, 0, 1, 1]


def test_an_answer_counts_on_any_connection(raw: RawApp, ada: Slack) -> None:
    raw.connect()
    thread, outcomes = in_background(ada.command, "x")
    arrival = raw.next("slash_commands")

    raw.ack(arrival, {"text": "here"}, on=1 - arrival.connection)
    thread.join(5)

    assert outcomes[0]["acked"]
    assert ada.ephemerals()[0]["text"] == "here"


def test_a_call_before_the_acknowledgement_is_done(raw: RawApp, api: Api, ada: Slack) -> None:
    thread, outcomes = in_background(ada.command, "x")
    arrival = raw.next("slash_commands")

    posted = api("chat.postMessage", channel="#ops", text="first")
    raw.ack(arrival)
    thread.join(5)

    assert posted["ok"]
    assert outcomes[0]["acked"]


def test_a_person_hears_that_a_command_was_not_taken(raw: RawApp, ada: Slack) -> None:
    outcome = ada.command("x")

    assert outcome["acked"] is False
    assert outcome["error"] == "operation_timeout"


def test_a_person_hears_at_once_that_no_app_listens(ada: Slack) -> None:
    assert ada.command("x")["error"] == "dispatch_failed"


def test_an_event_that_is_not_taken_comes_again(raw: RawApp, ada: Slack) -> None:
    ada.mention("hello")
    first = raw.next("events_api")
    second = raw.next("events_api")
    raw.ack(second)

    assert (first.body["retry_attempt"], second.body["retry_attempt"]) == (0, 1)
    assert second.body["retry_reason"] == "timeout"
    assert first.payload["event_id"] == second.payload["event_id"]


def test_an_event_that_was_taken_does_not_come_again(raw: RawApp, ada: Slack) -> None:
    ada.mention("hello")
    raw.ack(raw.next("events_api"))
    ada.until(lambda: ada.journal("ack"))

    assert len(ada.journal("envelope")) == 1


def test_an_event_waits_for_an_app_that_is_restarted(sandbox: Sandbox, ada: Slack) -> None:
    ada.mention("hello")

    app = RawApp(Api(sandbox.api_url, sandbox.app_token))
    app.connect()
    arrival = app.next("events_api")
    app.close()

    assert arrival.payload["event"]["type"] == "app_mention"


def test_a_click_is_never_sent_twice(raw: RawApp, api: Api, ada: Slack) -> None:
    api("chat.postMessage", channel="#ops", text="Go?", blocks=[row(button("Go", "go"))])

    ada.click(ada.messages()[0], "Go")

    assert len(ada.journal("envelope")) == 1


def test_a_refresh_warns_and_then_hangs_up(raw: RawApp, ada: Slack) -> None:
    ada.post("sockets/refresh")

    assert raw.next("disconnect").body["reason"] == "warning"
    assert raw.next("disconnect").body["reason"] == "refresh_requested"
    assert raw.next("gone")


def test_nothing_new_goes_to_a_connection_that_has_to_leave(raw: RawApp, ada: Slack) -> None:
    ada.post("sockets/refresh")
    raw.next("disconnect")
    raw.connect()

    ada.command("x", wait=False)

    assert raw.next("slash_commands").connection == 1


def test_a_dropped_connection_ends_without_a_word(raw: RawApp, ada: Slack) -> None:
    ada.delete(f"sockets/{ada.get('sockets')[0]['id']}")

    assert raw.next("gone")
    assert ada.until(lambda: not ada.snapshot()["app"]["connected"])


def test_an_eleventh_connection_is_refused(raw: RawApp, sandbox: Sandbox) -> None:
    for _ in range(9):
        raw.connect()

    assert Api(sandbox.api_url, sandbox.app_token)("apps.connections.open")["error"] == "too_many_websockets"


def test_an_acknowledgement_may_be_overheard(raw: RawApp, ada: Slack) -> None:
    ada.fault("events", "no_ack_accept")
    ada.mention("hello")
    raw.ack(raw.next("events_api"))

    assert raw.next("events_api").body["retry_attempt"] == 1
