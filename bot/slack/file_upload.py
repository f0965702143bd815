"""Uploading a file to Slack, from disk to disk: memory stays small at any size."""

import ssl
import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import IO, Protocol
from urllib.request import Request

from slack_sdk import WebClient

from bot.model.message import Message
from bot.slack.client import call, opener, pages
from bot.slack.posting import Address

_TIMEOUT_S = 120
#: Slack takes no files here, but words.
NO_FILES = frozenset({"missing_scope", "file_uploads_disabled", "file_type_not_allowed"})


class Upload(Protocol):
    """Sends one kind of message that is a file."""

    def send(self, message: Message, *, parent: Address | None) -> Address:
        """Send it, below *parent* if there is one. Raises NotFound, NotDone."""


class FileUpload:
    """Uploads files in Slack's three steps."""

    def __init__(self, *, client: WebClient, tls: ssl.SSLContext) -> None:
        self._client = client
        self._tls = tls

    def upload(
        self,
        write: Callable[[IO[bytes]], int],
        *,
        name: str,
        title: str,
        comment: str,
        to: Address,
        in_thread: bool = True,
        alt_text: str = "",
    ) -> None:
        """Upload what *write* writes, which returns its size. Raises NotDone."""
        alt = {"alt_txt": alt_text} if alt_text else {}
        with tempfile.TemporaryFile() as file:
            size = write(file)
            file.seek(0)
            ticket = call(self._client.files_getUploadURLExternal, filename=name, length=size, **alt)
            call(self._put, url=ticket["upload_url"], file=file, size=size)
        thread = {"thread_ts": to.ts} if in_thread else {}
        call(
            self._client.files_completeUploadExternal,
            files=[{"id": ticket["file_id"], "title": title}],
            channel_id=to.channel,
            initial_comment=comment,
            **thread,
        )

    def is_there(self, name: str, at: Address, *, since: datetime | None = None) -> str | None:
        """The message with a file of this name, in the thread of *at* or in all of its channel *since* a moment.

        None: there is none.
        """
        if since is None:
            read = partial(call, self._client.conversations_replies, ts=at.ts)
        else:
            read = partial(call, self._client.conversations_history, oldest=f"{since.timestamp():.6f}")
        for page in pages(read, channel=at.channel):
            for message in page["messages"]:
                if any(file.get("name") == name for file in message.get("files") or []):
                    return str(message["ts"])
        return None

    def _put(self, *, url: str, file: IO[bytes], size: int) -> None:
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        request = Request(url, data=file, headers=headers, method="POST")  # noqa: S310 - Slack named it
        with opener(url, self._tls).open(request, timeout=_TIMEOUT_S) as answer:
            answer.read()
