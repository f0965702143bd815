"""What has to be true of a payload before a listener reads it.

Slack sends what it documents (https://docs.slack.dev/reference/interaction-payloads). Anything else is acknowledged,
so that it is not sent again, and goes no further: no listener has to ask whether a text is a text.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.base.text import unwritable

#: More is no name, no time and no id of Slack's.
_LONGEST_ID = 300
#: It goes back into buttons, where a longer one would not fit.
_Id = Annotated[str, Field(max_length=_LONGEST_ID)]


class _Part(BaseModel):
    """A piece of a payload; what nobody reads may be anything."""

    model_config = ConfigDict(strict=True)


class _Somebody(_Part):
    id: _Id


class _Channel(_Part):
    id: _Id | None = None
    name: str | None = None


class _Container(_Part):
    channel_id: _Id | None = None
    message_ts: _Id | None = None


class _Option(_Part):
    value: str | None = None


class _File(_Part):
    id: _Id = Field(min_length=1)
    name: str = ""
    size: int = Field(0, ge=0, lt=2**63)
    user: str | None = None


class _Given(_Part):
    files: list[_File] | None = None
    value: str | None = None
    selected_option: _Option | None = None
    selected_options: list[_Option] | None = None
    selected_date: str | None = None
    selected_time: str | None = None
    selected_date_time: int | None = None
    selected_user: str | None = None
    selected_conversation: str | None = None


class _Action(_Given):
    action_id: str
    block_id: str | None = None
    action_ts: str | None = None


class _Title(_Part):
    text: str | None = None


class _State(_Part):
    values: dict[str, dict[str, _Given]] | None = None


class _View(_Part):
    #: Whatever is answered later names it.
    id: _Id = Field(min_length=1)
    type: str | None = None
    root_view_id: str | None = None
    callback_id: str | None = None
    private_metadata: str | None = None
    hash: str | None = None
    title: _Title | None = None
    state: _State | None = None
    blocks: list[dict[str, Any]] | None = None


class _Message(_Part):
    ts: _Id | None = None
    thread_ts: _Id | None = None


class _Interaction(_Part):
    """A click, a shortcut, a search or a sent form."""

    type: str
    user: _Somebody
    channel: _Channel | None = None
    container: _Container | None = None
    message: _Message | None = None
    actions: list[_Action] | None = None
    view: _View | None = None
    trigger_id: str | None = None
    response_url: str | None = None
    callback_id: str | None = None
    action_id: str | None = None
    block_id: str | None = None
    value: str | None = None


class _Command(_Part):
    command: str
    user_id: _Id
    channel_id: _Id = Field(min_length=1)
    channel_name: str | None = None
    text: str | None = None
    trigger_id: str | None = None
    response_url: str | None = None


class _Function(_Part):
    callback_id: str


class _Event(_Part):
    type: str
    user: _Id | None = None
    channel: _Id | None = None
    channel_type: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    text: str | None = None
    thread_ts: _Id | None = None
    tab: str | None = None
    #: May be missing, but not null: Bolt itself would stumble.
    function: _Function = _Function(callback_id="")
    function_execution_id: str | None = None
    inputs: dict[str, Any] | None = None


class _EventCallback(_Part):
    event: _Event
    event_id: str | None = None


def trouble_with(body: Mapping[str, Any]) -> str:
    """Why no listener can read *body*, in words without its content; empty when they can."""
    if why := unwritable(body):
        return why
    try:
        _kind_of(body).model_validate(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        return f"{'.'.join(str(part)[:_LONGEST_ID] for part in first['loc'])}: {first['msg']}"
    return ""


def _kind_of(body: Mapping[str, Any]) -> type[_Part]:
    if body.get("type") == "event_callback":
        return _EventCallback
    return _Command if "command" in body else _Interaction
