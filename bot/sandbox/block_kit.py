"""Block Kit's limits as rules (https://docs.slack.dev/reference/block-kit)."""

from collections.abc import Iterator

from bot.sandbox.rules import Anything, Bool, Items, OneOf, Rule, Shape, Str, Typed, Whole, error
from bot.sandbox.wire import Json

ID = Str(255, least=0)
URL = Str(3000)


def plain(most: int) -> Rule:
    """A plain_text object."""
    return Typed({"plain_text": Shape({"text": Str(most), "emoji": Bool()}, ("text",))})


def any_text(most: int) -> Rule:
    """A plain_text or mrkdwn object."""
    return Typed(
        {
            "plain_text": Shape({"text": Str(most), "emoji": Bool()}, ("text",)),
            "mrkdwn": Shape({"text": Str(most), "verbatim": Bool()}, ("text",)),
        }
    )


CONFIRM = Shape(
    {
        "title": plain(100),
        "text": any_text(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": OneOf(("primary", "danger")),
    },
    ("title", "text"),
)
OPTION = Shape({"text": any_text(75), "value": Str(150), "description": any_text(75), "url": URL}, ("text", "value"))
OPTIONS = Items(OPTION, most=100)
OPTION_GROUPS = Items(Shape({"label": plain(75), "options": OPTIONS}, ("label", "options")), most=100)


def _options_of(element: Json) -> list[Json]:
    grouped = element.get("option_groups")
    groups = [group.get("options") for group in grouped if isinstance(group, dict)] if isinstance(grouped, list) else []
    return [one for options in [element.get("options"), *groups] if isinstance(options, list) for one in options]


def _starts_with_an_option(element: Json, at: str) -> Iterator[str]:
    known = [option.get("value") for option in _options_of(element) if isinstance(option, dict)]
    first, more = element.get("initial_option"), element.get("initial_options")
    for option in [*([first] if first else []), *(more if isinstance(more, list) else [])]:
        if isinstance(option, dict) and option.get("value") not in known:
            yield error("initial option must exactly match one of the provided options", at)


def _has_options(element: Json, at: str) -> Iterator[str]:
    if ("options" in element) == ("option_groups" in element):
        yield error("must provide either options or option_groups", at)
    yield from _starts_with_an_option(element, at)


_ACTS: dict[str, Rule] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": Bool()}
_ASKS: dict[str, Rule] = {**_ACTS, "placeholder": plain(150)}
_MANY: dict[str, Rule] = {"max_selected_items": Whole(1, 100)}
_TYPED: dict[str, Rule] = {
    "action_id": ID,
    "focus_on_load": Bool(),
    "placeholder": plain(150),
    "dispatch_action_config": Shape(
        {"trigger_actions_on": Items(OneOf(("on_enter_pressed", "on_character_entered")), most=2)}
    ),
}
_CHOICES: dict[str, Rule] = {"options": OPTIONS, "option_groups": OPTION_GROUPS}
_FEW = {"options": Items(OPTION, most=10)}
_CONVERSATIONS: dict[str, Rule] = {
    "default_to_current_conversation": Bool(),
    "filter": Anything(),
}
_IMAGE: dict[str, Rule] = {"image_url": URL, "slack_file": Anything(), "alt_text": Str(2000, least=0)}

ELEMENTS: dict[str, Rule] = {
    "button": Shape(
        {
            "action_id": ID,
            "text": plain(75),
            "value": Str(2000, least=0),
            "url": URL,
            "style": OneOf(("primary", "danger")),
            "confirm": CONFIRM,
            "accessibility_label": Str(75),
        },
        ("text",),
    ),
    "overflow": Shape(
        {"action_id": ID, "confirm": CONFIRM, "options": Items(OPTION, most=5)},
        ("options",),
    ),
    "static_select": Shape({**_ASKS, **_CHOICES, "initial_option": OPTION}, (), _has_options),
    "multi_static_select": Shape(
        {**_ASKS, **_CHOICES, **_MANY, "initial_options": OPTIONS},
        (),
        _has_options,
    ),
    "external_select": Shape({**_ASKS, "initial_option": OPTION, "min_query_length": Whole(0, 255)}),
    "multi_external_select": Shape({**_ASKS, **_MANY, "initial_options": OPTIONS, "min_query_length": Whole(0, 255)}),
    "users_select": Shape({**_ASKS, "initial_user": ID}),
    "multi_users_select": Shape({**_ASKS, **_MANY, "initial_users": Items(ID, most=100)}),
    "conversations_select": Shape(
        {**_ASKS, **_CONVERSATIONS, "initial_conversation": ID, "response_url_enabled": Bool()}
    ),
    "multi_conversations_select": Shape(
        {**_ASKS, **_MANY, **_CONVERSATIONS, "initial_conversations": Items(ID, most=100)}
    ),
    "channels_select": Shape({**_ASKS, "initial_channel": ID, "response_url_enabled": Bool()}),
    "multi_channels_select": Shape({**_ASKS, **_MANY, "initial_channels": Items(ID, most=100)}),
    "radio_buttons": Shape({**_ACTS, **_FEW, "initial_option": OPTION}, ("options",), _starts_with_an_option),
    "checkboxes": Shape({**_ACTS, **_FEW, "initial_options": OPTIONS}, ("options",), _starts_with_an_option),
    "datepicker": Shape({**_ASKS, "initial_date": Str(10, shape=r"\d{4}-\d\d-\d\d")}),
    "timepicker": Shape({**_ASKS, "initial_time": Str(5, shape=r"([01]\d|2[0-3]):[0-5]\d"), "timezone": Str(100)}),
    "datetimepicker": Shape({**_ACTS, "initial_date_time": Whole(10**9, 10**10)}),
    "plain_text_input": Shape(
        {
            **_TYPED,
            "initial_value": Str(3000, least=0),
            "multiline": Bool(),
            "min_length": Whole(0, 3000),
            "max_length": Whole(1, 3000),
        }
    ),
    "number_input": Shape(
        {**_TYPED, "is_decimal_allowed": Bool(), "initial_value": Str(50), "min_value": Str(50), "max_value": Str(50)},
        ("is_decimal_allowed",),
    ),
    "email_text_input": Shape({**_TYPED, "initial_value": Str(3000, least=0)}),
    "url_text_input": Shape({**_TYPED, "initial_value": Str(3000, least=0)}),
    "file_input": Shape({"action_id": ID, "filetypes": Items(Str(20), most=100), "max_files": Whole(1, 10)}),
    "image": Shape(_IMAGE, ("alt_text",)),
}
_SELECTS = {name for name in ELEMENTS if name.endswith("_select")}
_PICKS = {"datepicker", "timepicker", "radio_buttons", "checkboxes"}
_WORDS = {"plain_text_input", "number_input", "email_text_input", "url_text_input"}


def _has_words(section: Json, at: str) -> Iterator[str]:
    if section.get("text") is None and section.get("fields") is None:
        yield error("missing required field: text or fields", at)


_BLOCK_ID: dict[str, Rule] = {"block_id": ID}
BLOCKS: dict[str, Rule] = {
    "section": Shape(
        {
            **_BLOCK_ID,
            "text": any_text(3000),
            "fields": Items(any_text(2000), most=10),
            "accessory": Typed(ELEMENTS, frozenset(_SELECTS | _PICKS | {"button", "overflow", "image"})),
            "expand": Bool(),
        },
        (),
        _has_words,
    ),
    "actions": Shape(
        {
            **_BLOCK_ID,
            "elements": Items(
                Typed(ELEMENTS, frozenset(_SELECTS | _PICKS | {"button", "overflow", "datetimepicker"})), most=25
            ),
        },
        ("elements",),
    ),
    "context": Shape(
        {
            **_BLOCK_ID,
            "elements": Items(
                Typed(
                    {
                        "image": ELEMENTS["image"],
                        "plain_text": Shape({"text": Str(3000), "emoji": Bool()}, ("text",)),
                        "mrkdwn": Shape({"text": Str(3000), "verbatim": Bool()}, ("text",)),
                    }
                ),
                most=10,
            ),
        },
        ("elements",),
    ),
    "header": Shape({**_BLOCK_ID, "text": plain(150), "level": Whole(1, 4)}, ("text",)),
    "divider": Shape(_BLOCK_ID),
    "image": Shape({**_BLOCK_ID, **_IMAGE, "title": plain(2000)}, ("alt_text",)),
    "markdown": Shape({**_BLOCK_ID, "text": Str(12_000)}, ("text",)),
    "rich_text": Shape({**_BLOCK_ID, "elements": Items(Anything(), most=100)}, ("elements",)),
    "input": Shape(
        {
            **_BLOCK_ID,
            "label": plain(2000),
            "hint": plain(2000),
            "optional": Bool(),
            "dispatch_action": Bool(),
            "element": Typed(ELEMENTS, frozenset(_SELECTS | _PICKS | _WORDS | {"datetimepicker", "file_input"})),
        },
        ("label", "element"),
    ),
}
_VIEW: dict[str, Rule] = {
    "blocks": Items(Typed(BLOCKS), most=100, least=0),
    "private_metadata": Str(3000, least=0),
    "callback_id": ID,
    "external_id": ID,
}


def _can_be_sent(view: Json, at: str) -> Iterator[str]:
    blocks = view.get("blocks")
    asks = isinstance(blocks, list) and any(isinstance(one, dict) and one.get("type") == "input" for one in blocks)
    if asks and view.get("submit") is None:
        yield error("missing required field: submit", at)


MESSAGE_BLOCKS = Items(Typed(BLOCKS), most=50, least=0)
VIEW = Typed(
    {
        "modal": Shape(
            {
                **_VIEW,
                "title": plain(24),
                "submit": plain(24),
                "close": plain(24),
                "notify_on_close": Bool(),
                "clear_on_close": Bool(),
                "submit_disabled": Bool(),
            },
            ("title", "blocks"),
            _can_be_sent,
        ),
        "home": Shape(_VIEW, ("blocks",)),
    }
)
