"""Channels in which Slack takes no message of ours: why that is, and who is told."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.model.message import Message, MessageKind
from bot.model.person import is_slack_id
from bot.store.store import Transaction

#: Only some people, or only replies: Slack says so no sooner than when something is posted.
RESTRICTED = frozenset(
    {"restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel"}
)
#: What Slack's word means, and what mends it (https://docs.slack.dev/reference/methods/chat.postMessage).
WHY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(RESTRICTED, ("posting there is restricted", "Whoever manages the channel can let me post.")),
        "not_in_channel": ("I am not in it", "Type /invite there to add me."),
        "channel_not_found": ("I do not see it", "Check its name; if it is private, type /invite there to add me."),
        "is_archived": ("it is archived", "Name another channel in the stack that tells it there."),
    }
)
NO_PLACE = frozenset(WHY)


def tell_starter(tx: Transaction, message: Message, error: str) -> None:
    """Tell who started the run of *message*, alone and once for each channel, that nobody may read of it there."""
    run = tx.runs.get(message.run) if message.run is not None else None
    if run is None or error not in RESTRICTED or not is_slack_id(run.started_by_id):
        return
    why, mend = WHY[error]
    where = message.channel if message.channel.startswith("#") else f"the channel of {run.name}"
    text = f"I may not post in {where}: {why}, so nobody there reads of {run.name}. {mend}"
    tx.messages.owe_once(
        key=f"restricted:{message.channel}:{run.started_by_id}",
        kind=MessageKind.FIXED,
        channel=run.started_by_id,
        body={"text": text, "channel": message.channel, "error": error},
    )
