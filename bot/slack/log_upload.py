"""A run's whole log as a file in the thread of its message, with its last lines beside it."""

import ssl
import tempfile
from typing import IO
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from slack_sdk import WebClient

from bot.model.run import Run
from bot.slack.client import Never, call, is_own_machine
from bot.slack.door import Door, LogReader
from bot.slack.live import Picture
from bot.slack.posting import Address, Posting
from bot.slack.views.log_modal import log_comment
from bot.slack.views.parts import section

_EXCERPT_LINES = 12
_TIMEOUT_S = 120
_PAGE = 200
#: A longer log is cut off here: Slack's own limit is 1 GB, and nobody reads that in Slack. Its end stands beside it.
_MOST_BYTES = 200 * 1024 * 1024


class LogUpload:
    """Uploads logs, from disk to disk: memory stays small at any size."""

    def __init__(self, *, client: WebClient, posting: Posting, door: Door, tls: ssl.SSLContext) -> None:
        self._client = client
        self._posting = posting
        self._door = door
        self._tls = tls

    def send(self, number: int, *, key: str, parent: Address, was_tried: bool) -> Address:
        """Put the log of run *number* below *parent*. Raises NotFound, Later, Unsure, Never."""
        run = self._door.runs.view(number).run
        log = self._door.runs.log(number)
        comment = log_comment(run, log.tail(_EXCERPT_LINES))
        nowhere = Address(channel=parent.channel, ts=parent.ts)
        if was_tried and (found := self._found(run, key, parent)):
            return found
        if log.is_empty:
            return self._say(comment, run, key, parent) if comment else nowhere
        try:
            self._upload(log, run, comment, parent)
        except Never as never:
            if never.error not in {"missing_scope", "file_uploads_disabled", "file_type_not_allowed"}:
                raise
            return self._say(comment, run, key, parent)
        return nowhere

    def _found(self, run: Run, key: str, parent: Address) -> Address | None:
        """Did an earlier try get through, though its answer did not?"""
        page = call(self._client.conversations_replies, channel=parent.channel, ts=parent.ts, limit=_PAGE)
        for message in page["messages"]:
            if any(file.get("name") == _name(run) for file in message.get("files") or []):
                return Address(channel=parent.channel, ts=str(message["ts"]))
        return self._posting.find(key, channel=parent.channel, thread_ts=parent.ts, since=run.created_at)

    def _say(self, comment: str, run: Run, key: str, parent: Address) -> Address:
        picture = Picture(text=comment, blocks=[section(comment)], revision=run.revision, is_urgent=True)
        return self._posting.post(picture, key=key, channel=parent.channel, thread_ts=parent.ts)

    def _upload(self, log: LogReader, run: Run, comment: str, parent: Address) -> None:
        with tempfile.TemporaryFile() as file:
            size = write_log(log, run, file)
            ticket = call(self._client.files_getUploadURLExternal, filename=_name(run), length=size)
            call(self._put, url=ticket["upload_url"], file=file, size=size)
        call(
            self._client.files_completeUploadExternal,
            files=[{"id": ticket["file_id"], "title": f"Log of {run.name}"}],
            channel_id=parent.channel,
            thread_ts=parent.ts,
            initial_comment=comment,
        )

    def _put(self, *, url: str, file: IO[bytes], size: int) -> None:
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        request = Request(url, data=file, headers=headers, method="POST")  # noqa: S310 - Slack named it
        with self._opener(url).open(request, timeout=_TIMEOUT_S) as answer:
            answer.read()

    def _opener(self, url: str) -> OpenerDirector:
        proxies = [ProxyHandler({})] if is_own_machine(url) else []
        return build_opener(HTTPSHandler(context=self._tls), *proxies)


def _name(run: Run) -> str:
    return f"{run.stack}-{run.number}.log"


def write_log(log: LogReader, run: Run, file: IO[bytes], *, most_bytes: int = _MOST_BYTES) -> int:
    """Write the log, ready to be read again; returns its size in bytes. One that is too long says so at its end."""
    size = 0
    for chunk in log.chunks():
        if size >= most_bytes:
            size += file.write(f"\n… and more: stackhand log {run.number} shows all of it\n".encode())
            break
        size += file.write(chunk.encode())
    file.seek(0)
    return size
