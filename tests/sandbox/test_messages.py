"""Messages: posting, editing, answering, and what Slack refuses."""

from typing import Any

import pytest

from tests.sandbox.bare_api import Api
from tests.sandbox.samples import button, row, section
from tests.slack import Slack


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"channel": "#nowhere", "text": "x"}, "channel_not_found"),
        ({"channel": "#ops"}, "no_text"),
        ({"channel": "#old", "text": "x"}, "is_archived"),
        ({"channel": "#secret", "text": "x"}, "channel_not_found"),
        ({"channel": "#ops", "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
    ],
)
def test_a_message_that_cannot_be_posted(api: Api, ada: Slack, said: dict[str, Any], error: str) -> None:
    ada.post("channels", name="old", is_archived=True)
    ada.post("channels", name="secret", is_private=True, members=["U0ADA"])

    assert api("chat.postMessage", **said)["error"] == error


def test_without_chat_write_public_the_bot_has_to_be_in_the_channel(api: Api, ada: Slack) -> None:
    ada.post("channels", name="others", members=["U0ADA"])
    manifest = ada.get("app")["manifest"]
    manifest["oauth_config"]["scopes"]["bot"].remove("chat:write.public")

    assert api("chat.postMessage", channel="#others", text="x")["ok"]
    ada.post("app", manifest=manifest)

    assert api("chat.postMessage", channel="#others", text="x")["error"] == "not_in_channel"


def test_text_alone_drops_the_blocks_and_marks_the_message_as_edited(api: Api, ada: Slack) -> None:
    posted = api("chat.postMessage", channel="#ops", text="a", blocks=[section("a")])

    api("chat.update", channel=posted["channel"], ts=posted["ts"], text="b")

    message = ada.messages()[0]
    assert (message["text"], "blocks" in message, "edited" in message) == ("b", False, True)


def test_blocks_alone_keep_the_text_and_leave_no_mark(api: Api, ada: Slack) -> None:
    posted = api("chat.postMessage", channel="#ops", text="a", blocks=[section("a")])

    api("chat.update", channel=posted["channel"], ts=posted["ts"], blocks=[section("b")])

    message = ada.messages()[0]
    assert (message["text"], message["blocks"][0]["text"]["text"], "edited" in message) == ("a", "b", False)


def test_what_stands_in_an_archived_channel_stays_as_it_is(api: Api, ada: Slack) -> None:
    ada.post("channels", name="old")
    posted = api("chat.postMessage", channel="#old", text="a")
    ada.post("channels", name="old", is_archived=True)

    assert api("chat.update", channel=posted["channel"], ts=posted["ts"], text="b")["error"] == "is_inactive"


def test_only_messages_of_the_bot_can_be_changed(api: Api, ada: Slack) -> None:
    said = ada.message("mine")

    assert api("chat.update", channel="C0OPS", ts=said["ts"], text="x")["error"] == "cant_update_message"
    assert api("chat.delete", channel="C0OPS", ts=said["ts"])["error"] == "cant_delete_message"
    assert api("chat.update", channel="C0OPS", ts="1.1", text="x")["error"] == "message_not_found"


def test_a_deleted_message_is_gone(api: Api, ada: Slack) -> None:
    posted = api("chat.postMessage", channel="#ops", text="x")

    api("chat.delete", channel=posted["channel"], ts=posted["ts"])

    assert ada.messages() == []


def test_an_ephemeral_message_is_for_one_member_of_the_channel(api: Api, ada: Slack) -> None:
    ada.post("channels", name="others", members=["U0GRACE"])

    assert api("chat.postEphemeral", channel="#ops", user="U0ADA", text="psst")["message_ts"]
    assert api("chat.postEphemeral", channel="#others", user="U0ADA", text="x")["error"] == "user_not_in_channel"
    assert [one["text"] for one in ada.ephemerals()] == ["psst"]
    assert api("conversations.history", channel="C0OPS")["messages"] == []


def test_an_ephemeral_message_cannot_be_updated(api: Api) -> None:
    told = api("chat.postEphemeral", channel="#ops", user="U0ADA", text="psst")

    assert api("chat.update", channel="C0OPS", ts=told["message_ts"], text="x")["error"] == "message_not_found"


def test_a_very_long_text_is_cut_with_a_warning(api: Api, ada: Slack) -> None:
    answer = api("chat.postMessage", channel="#ops", text="x" * 40_001)

    assert answer["warning"] == "message_truncated"
    assert len(ada.messages()[0]["text"]) == 40_000


def test_a_thread_counts_its_answers_and_history_leaves_them_out(api: Api, ada: Slack) -> None:
    parent = api("chat.postMessage", channel="#ops", text="parent")
    api("chat.postMessage", channel="#ops", text="one", thread_ts=parent["ts"])
    ada.message("two", thread=ada.messages()[0])

    assert ada.messages()[0]["reply_count"] == 2
    assert [one["text"] for one in api("conversations.history", channel="C0OPS")["messages"]] == ["parent"]
    replies = api("conversations.replies", channel="C0OPS", ts=parent["ts"])["messages"]
    assert [one["text"] for one in replies] == ["parent", "one", "two"]


def test_history_comes_in_pages_newest_first(api: Api) -> None:
    for text in "abc":
        api("chat.postMessage", channel="#ops", text=text)

    first = api("conversations.history", channel="C0OPS", limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    second = api("conversations.history", channel="C0OPS", limit=2, cursor=cursor)

    assert [one["text"] for one in first["messages"] + second["messages"]] == ["c", "b", "a"]
    assert (first["has_more"], second["has_more"]) == (True, False)


def test_metadata_is_shown_only_when_it_is_asked_for(api: Api, ada: Slack) -> None:
    metadata = {"event_type": "sample", "event_payload": {"key": "1"}}
    api("chat.postMessage", channel="#ops", text="x", metadata=metadata)

    with_it = api("conversations.history", channel="C0OPS", include_all_metadata=True)["messages"][0]

    assert with_it["metadata"] == metadata
    assert "metadata" not in api("conversations.history", channel="C0OPS")["messages"][0]
    assert "metadata" not in ada.messages()[0]


def test_a_permalink_leads_back_to_the_message(api: Api) -> None:
    posted = api("chat.postMessage", channel="#ops", text="x")

    answer = api("chat.getPermalink", channel=posted["channel"], message_ts=posted["ts"])

    assert answer["permalink"].endswith(f"/archives/C0OPS/p{posted['ts'].replace('.', '')}")


def test_a_click_in_an_ephemeral_message_can_replace_and_delete_it(api: Api, ada: Slack, raw: Any) -> None:
    api("chat.postEphemeral", channel="#ops", user="U0ADA", text="Sure?", blocks=[row(button("Yes", "yes"))])
    ada.click(ada.ephemerals()[0], "Yes", wait=False)
    click = raw.next("interactive").payload
    answer = api.to(click["response_url"])

    assert click["container"]["is_ephemeral"] is True
    assert answer(replace_original=True, text="Done").ok
    assert [one["text"] for one in ada.ephemerals()] == ["Done"]
    assert answer(delete_original=True).ok
    assert ada.ephemerals() == []


def test_a_response_url_is_good_for_five_answers(ada: Slack, api: Api, raw: Any) -> None:
    ada.command("x", wait=False)
    answer = api.to(raw.next("slash_commands").payload["response_url"])

    answers = [answer(text=str(nth)) for nth in range(6)]

    assert [one.status_code for one in answers] == [200] * 5 + [404]
    assert answers[-1].json() == {"ok": False, "error": "used_url"}


def test_a_response_url_is_good_for_half_an_hour(ada: Slack, api: Api, raw: Any) -> None:
    ada.command("x", wait=False)
    answer = api.to(raw.next("slash_commands").payload["response_url"])

    ada.advance(30 * 60 + 1)

    assert answer(text="late").json()["error"] == "expired_url"


def test_an_answer_may_be_for_everybody(ada: Slack, api: Api, raw: Any) -> None:
    ada.command("x", wait=False)

    api.to(raw.next("slash_commands").payload["response_url"])(text="hear", response_type="in_channel")

    assert [one["text"] for one in ada.as_name("grace").messages()] == ["hear"]


def test_people_and_the_bot_react_to_a_message(api: Api, ada: Slack, raw: Any) -> None:
    manifest = ada.get("app")["manifest"]
    manifest["oauth_config"]["scopes"]["bot"].append("reactions:write")
    manifest["settings"]["event_subscriptions"]["bot_events"].append("reaction_added")
    ada.post("app", manifest=manifest)
    said = ada.message("look")
    where = {"channel": "C0OPS", "timestamp": said["ts"], "name": "eyes"}

    ada.act("reaction", channel="C0OPS", ts=said["ts"], name="eyes")
    told = raw.next("events_api").payload["event"]
    first, second = api("reactions.add", **where), api("reactions.add", **where)

    assert (told["type"], told["user"], told["item"]["ts"]) == ("reaction_added", "U0ADA", said["ts"])
    assert (first["ok"], second["error"]) == (True, "already_reacted")
    assert ada.messages()[0]["reactions"] == [{"name": "eyes", "users": ["U0ADA", "U0STACKHAND"], "count": 2}]
    assert api("reactions.remove", **where)["ok"]
    assert api("reactions.remove", **where)["error"] == "no_reaction"
