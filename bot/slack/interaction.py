"""What a person did in Slack, read once from its payload."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.slack.ids import VALUE

#: Bolt's way to answer what came, and what came.
Ack = Callable[..., Any]
Body = dict[str, Any]

#: How Slack calls every private channel and every direct message where it gives a command its name.
_NO_NAMES = {"privategroup", "directmessage"}


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """A command, a click, a shortcut, a submitted form, or words written to the bot."""

    user: str
    channel: str | None = None
    #: Without its #; empty: Slack does not say.
    channel_name: str = ""
    #: The message that holds the button, and the thread where words were written.
    message_ts: str | None = None
    thread_ts: str | None = None
    #: Opens one modal within 3 s; None where words were written to the bot.
    trigger_id: str | None = None
    #: Takes five private answers within 30 minutes; None in modals, in the App Home and where words were written.
    response_url: str | None = None
    #: Nobody but this person sees the message that holds the button.
    is_private: bool = False
    #: The button's or option's value.
    value: str | None = None
    #: Which button or input it was.
    action: str = ""
    #: When the button was pressed, the same for an event that is sent again.
    action_ts: str = ""
    view: "ViewSeen | None" = None

    @property
    def is_direct(self) -> bool:
        """Was it said to the bot alone?"""
        return bool(self.channel and self.channel.startswith("D"))

    @property
    def in_modal(self) -> bool:
        """Was it pressed in a modal?"""
        return self.view is not None and self.view.type == "modal"

    @property
    def in_copy(self) -> bool:
        """Was it pressed in a private message or a modal? Those are never edited, so no change is seen there."""
        return self.is_private or self.in_modal

    @property
    def asked_in(self) -> str | None:
        """The channel where it was asked; None in modals and in the App Home, which stand in none."""
        return self.channel if self.view is None else None


@dataclass(frozen=True, kw_only=True)
class ViewSeen:
    """The modal or home in which something was pressed or submitted."""

    id: str
    #: The first modal of the stack: the same for all pages of one form.
    root_id: str
    type: str
    title: str
    private_metadata: str
    callback_id: str = ""
    #: Slack's mark of this state of it; empty: none was given.
    hash: str = ""
    blocks: Sequence[Mapping[str, Any]] = ()
    state: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    def given(self, block: str) -> Mapping[str, Any]:
        """What was put into the input of a block; empty when that is not there."""
        return self.state.get(block, {}).get(VALUE) or {}

    def typed(self, block: str) -> str:
        """What was typed there, without blanks around it."""
        return str(self.given(block).get("value") or "").strip()


def read_command(body: Mapping[str, Any]) -> Interaction:
    """A slash command."""
    return Interaction(
        user=body["user_id"],
        channel=body.get("channel_id"),
        channel_name=_name(body.get("channel_name")),
        trigger_id=body.get("trigger_id"),
        response_url=body.get("response_url"),
    )


def read_event(event: Mapping[str, Any]) -> Interaction:
    """A mention or a direct message."""
    return Interaction(user=event["user"], channel=event.get("channel"), thread_ts=event.get("thread_ts"))


def read_interaction(body: Mapping[str, Any]) -> Interaction:
    """A click, a shortcut or a submitted form."""
    container = body.get("container") or {}
    action = (body.get("actions") or [{}])[0]
    return Interaction(
        user=body["user"]["id"],
        channel=(body.get("channel") or {}).get("id") or container.get("channel_id"),
        channel_name=_name((body.get("channel") or {}).get("name")),
        message_ts=container.get("message_ts"),
        trigger_id=body.get("trigger_id"),
        response_url=body.get("response_url"),
        is_private=bool(container.get("is_ephemeral")),
        value=action.get("value") or (action.get("selected_option") or {}).get("value"),
        action=action.get("action_id", ""),
        action_ts=action.get("action_ts") or "",
        view=_read_view(body["view"]) if body.get("view") else None,
    )


def read_shortcut(body: Mapping[str, Any]) -> Interaction:
    """A message shortcut: what it points at is the message itself."""
    message = body.get("message") or {}
    return replace(read_interaction(body), message_ts=message.get("ts"), thread_ts=message.get("thread_ts"))


def _name(told: str | None) -> str:
    return "" if told is None or told in _NO_NAMES else told


def _read_view(view: Mapping[str, Any]) -> ViewSeen:
    return ViewSeen(
        id=view["id"],
        root_id=view.get("root_view_id") or view["id"],
        type=view.get("type") or "modal",
        title=(view.get("title") or {}).get("text") or "",
        private_metadata=view.get("private_metadata") or "",
        callback_id=view.get("callback_id") or "",
        hash=view.get("hash") or "",
        blocks=view.get("blocks") or (),
        state=(view.get("state") or {}).get("values") or {},
    )
