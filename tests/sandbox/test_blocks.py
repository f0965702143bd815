"""Every limit of Block Kit, in Slack's words and with a pointer to the place."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.clock import SystemClock
from bot.sandbox.blocks import take_message_blocks, take_view
from bot.sandbox.clock import Ids, MovableClock
from bot.sandbox.wire import Refusal
from tests.sandbox.bare_api import Api
from tests.sandbox.samples import button, modal, plain, row, section, select, text_input

Json = dict[str, Any]


def refusal(api: Api, *blocks: Json) -> str:
    """What chat.postMessage says to these blocks; empty when it takes them."""
    answer = api("chat.postMessage", channel="#ops", text="x", blocks=list(blocks))
    return "" if answer["ok"] else f"{answer['error']}: {answer['response_metadata']['messages'][0]}"


def with_accessory(element: Json) -> Json:
    return {**section("x"), "accessory": element}


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (section("x" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ({"type": "section"}, "missing required field: text or fields [json-pointer:/blocks/0]"),
        (
            {"type": "section", "fields": [plain("x")] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            {"type": "section", "fields": [plain("x" * 2001)]},
            "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
        ),
        (
            {"type": "header", "text": plain("x" * 151)},
            "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
            "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
        ),
        ({"type": "banner"}, "unsupported type: banner [json-pointer:/blocks/0/type]"),
        ({"text": plain("x")}, "missing required field: type [json-pointer:/blocks/0]"),
        ({**section("x"), "color": "red"}, "invalid additional property: color [json-pointer:/blocks/0]"),
        (
            {"type": "context", "elements": [plain("x")] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (row(), "must have at least 1 item [json-pointer:/blocks/0/elements]"),
        (
            row(*(button("x", f"a{nth}") for nth in range(26))),
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            row(button("x" * 76, "a")),
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            row(button("x", "a", "v" * 2001)),
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (row(button("x", "a" * 256)), "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"),
        (
            row(button("x", "a", style="blue")),
            "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
        ),
        (
            row(button("x", "a", confirm={"title": plain("x" * 101), "text": plain("x")})),
            "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
        ),
        (
            row(button("x", "a"), button("y", "a")),
            'action_id "a" already exists for this block [json-pointer:/blocks/0]',
        ),
        (
            with_accessory(select(*(str(nth) for nth in range(101)))),
            "no more than 100 items allowed [json-pointer:/blocks/0/accessory/options]",
        ),
        (
            with_accessory(select("x" * 76)),
            "must be less than 76 characters [json-pointer:/blocks/0/accessory/options/0/text/text]",
        ),
        (
            with_accessory(select("a", initial_option={"text": plain("b"), "value": "b"})),
            "initial option must exactly match one of the provided options [json-pointer:/blocks/0/accessory]",
        ),
        (
            with_accessory({"type": "static_select", "action_id": "a"}),
            "must provide either options or option_groups [json-pointer:/blocks/0/accessory]",
        ),
        (
            with_accessory({"type": "overflow", "action_id": "a", "options": select(*"abcdef")["options"]}),
            "no more than 5 items allowed [json-pointer:/blocks/0/accessory/options]",
        ),
        (
            with_accessory({"type": "datepicker", "action_id": "a", "initial_date": "tomorrow"}),
            "failed to match the required pattern [json-pointer:/blocks/0/accessory/initial_date]",
        ),
        (
            with_accessory({"type": "plain_text_input", "action_id": "a"}),
            "unsupported type: plain_text_input [json-pointer:/blocks/0/accessory/type]",
        ),
    ],
)
def test_a_block_that_slack_refuses(api: Api, block: Json, said: str) -> None:
    assert refusal(api, block) == f"invalid_blocks: [ERROR] {said}"


def test_a_message_has_fifty_blocks_at_most(api: Api) -> None:
    assert refusal(api, *[{"type": "divider"}] * 50) == ""
    assert refusal(api, *[{"type": "divider"}] * 51) == (
        "invalid_blocks: [ERROR] no more than 50 items allowed [json-pointer:/blocks]"
    )


def test_a_block_id_is_there_once(api: Api) -> None:
    assert "block_id" in refusal(api, {**section("a"), "block_id": "b"}, {**section("c"), "block_id": "b"})


def test_one_action_id_may_be_in_two_blocks(api: Api) -> None:
    two = [{"type": "actions", "elements": [button("Go", "go")]} for _ in range(2)]

    assert refusal(api, *two) == ""


def test_all_blocks_together_have_13000_characters_at_most(api: Api) -> None:
    answer = api("chat.postMessage", channel="#ops", text="x", blocks=[section("x" * 2900)] * 5)

    assert answer["error"] == "msg_blocks_too_long"


def test_blocks_without_ids_get_some(api: Api) -> None:
    posted = api("chat.postMessage", channel="#ops", text="x", blocks=[section("a"), section("b")])

    ids = [block["block_id"] for block in posted["message"]["blocks"]]

    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(private_metadata="x" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        (modal(*[section("x")] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal(text_input("A", "a"), submit=None), "missing required field: submit [json-pointer:/view]"),
        (
            modal(text_input("A" * 2001, "a")),
            "must be less than 2001 characters [json-pointer:/view/blocks/0/label/text]",
        ),
        ({"type": "home", "blocks": []}, "must be a view of type modal [json-pointer:/view/type]"),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
    ],
)
def test_a_view_that_slack_refuses(api: Api, view: Json, said: str) -> None:
    answer = api("views.open", trigger_id="x", view=view)

    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {said}"]


def test_a_view_has_250_kb_at_most(api: Api) -> None:
    view = modal(*[section("x" * 3000)] * 90)

    assert api("views.open", trigger_id="x", view=view)["error"] == "view_too_large"


WORDS = st.sampled_from(
    [
        "type",
        "text",
        "section",
        "actions",
        "elements",
        "accessory",
        "button",
        "options",
        "option_groups",
        "plain_text",
        "static_select",
        "initial_option",
        "initial_options",
        "block_id",
        "action_id",
        "value",
        "context",
        "input",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)


@given(JSON)
def test_no_json_is_too_strange_to_be_refused(blocks: Any) -> None:
    ids = Ids(MovableClock(SystemClock()))
    for take in (lambda: take_message_blocks(blocks, ids), lambda: take_view(blocks, ids, kind="modal")):
        with contextlib.suppress(Refusal):
            take()
