"""Posting and editing one message, so that it stands in its channel exactly once."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from slack_sdk import WebClient

from bot.model.person import is_slack_id
from bot.slack.client import Never, call, pages
from bot.slack.live import Picture

log = structlog.get_logger()

EVENT_TYPE = "stackhand_message"
#: Slack did not like the blocks: a bug of ours, but people still get the words.
_LAYOUT = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch", "too_many_attachments"}


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a message stands."""

    channel: str
    ts: str


class Posting:
    """Posts, edits, and finds what was posted while nobody saw the answer."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._channels: dict[str, str] = {}
        #: The id that Slack gave for what was written where something was posted.
        self._told_in: dict[str, str] = {}

    def post(self, picture: Picture, *, key: str, channel: str, thread_ts: str | None) -> Address:
        """Post it, marked with *key*. Raises NotDone."""
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
        where = {"channel": channel, "metadata": metadata, "unfurl_links": False, "unfurl_media": False}
        if "@" in channel:
            where["channel"] = self._by_email(channel)
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        posted = self._with_layout(self._client.chat_postMessage, picture, **where, **thread)
        self._told_in[channel] = posted["channel"]
        return Address(channel=posted["channel"], ts=posted["ts"])

    def edit(self, picture: Picture, *, key: str, address: Address) -> Address:
        """Make it look like *picture*. Raises NotDone."""
        # Text and blocks, both always: text alone drops the blocks. The mark has to be given again, too.
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
        where = {"channel": address.channel, "ts": address.ts, "metadata": metadata}
        self._with_layout(self._client.chat_update, picture, **where)
        return address

    def find(self, key: str, *, channel: str, thread_ts: str | None, since: datetime) -> Address | None:
        """The message of *key*, posted in *channel* after *since*; None when it is not there.

        Raises Later, Unsure; a channel that we may not read counts as one where it is not: better twice than never.
        """
        try:
            id = self.channel_id(channel)
            ts = self._search(key, channel=id, thread_ts=thread_ts, since=since) if id else None
        except Never as never:
            log.warning("cannot look whether a message was posted", key=key, error=str(never))
            return None
        return Address(channel=id, ts=ts) if id and ts else None

    def _search(self, key: str, *, channel: str, thread_ts: str | None, since: datetime) -> str | None:
        read = self._client.conversations_replies if thread_ts else self._client.conversations_history
        where: dict[str, Any] = {"channel": channel, **({"ts": thread_ts} if thread_ts else {})}
        for page in pages(partial(call, read), oldest=f"{since.timestamp():.6f}", include_all_metadata=True, **where):
            for message in page["messages"]:
                if _key_of(message) == key:
                    return str(message["ts"])
        return None

    def known_id(self, channel: str) -> str:
        """The id behind "#ops", if anything was posted there since this front end came up; else what is written."""
        return self._told_in.get(channel, channel)

    def channel_id(self, channel: str) -> str | None:
        """The id behind "#ops"; ids stay as they are; None: there is no such channel."""
        if "@" in channel:
            return self._direct(self._by_email(channel))
        if not channel.startswith("#"):
            return self._direct(channel) if is_slack_id(channel) else channel
        if channel not in self._channels:
            self._read_channels()
        return self._channels.get(channel)

    def _by_email(self, address: str) -> str:
        return str(call(self._client.users_lookupByEmail, email=address)["user"]["id"])

    def _direct(self, user: str) -> str:
        return str(call(self._client.conversations_open, users=user)["channel"]["id"])

    def _read_channels(self) -> None:
        for page in pages(partial(call, self._client.conversations_list), types="public_channel,private_channel"):
            self._channels.update({f"#{found['name']}": found["id"] for found in page["channels"]})

    def _with_layout(self, method: Any, picture: Picture, **where: Any) -> Any:
        # `parse` none: what people typed makes no links and calls nobody.
        try:
            return call(method, text=picture.text, blocks=picture.blocks, parse="none", **where)
        except Never as never:
            if never.error not in _LAYOUT:
                raise
            log.error("Slack refused our layout, the words are sent alone", error=str(never), text=picture.text)
            return call(method, text=picture.text, blocks=[], parse="none", **where)


def _key_of(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return key if isinstance(key, str) else None
