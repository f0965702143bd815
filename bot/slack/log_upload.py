"""A run's whole log as a file in the thread of its message, with its last lines beside it."""

from typing import IO

from bot.base.errors import NotFound
from bot.model.message import Message
from bot.model.run import Run
from bot.slack.client import Never
from bot.slack.door import Door, LogReader
from bot.slack.file_upload import NO_FILES, FileUpload
from bot.slack.live import Picture
from bot.slack.posting import Address, Posting
from bot.slack.views.log_modal import log_comment
from bot.slack.views.parts import section

_EXCERPT_LINES = 12
#: A longer log is cut off here: Slack's own limit is 1 GB, and nobody reads that in Slack. Its end stands beside it.
_MOST_BYTES = 200 * 1024 * 1024


class LogUpload:
    """Uploads logs."""

    def __init__(self, *, files: FileUpload, posting: Posting, door: Door) -> None:
        self._files = files
        self._posting = posting
        self._door = door

    def send(self, message: Message, *, parent: Address | None) -> Address:
        """Put the log of the message's run below *parent*. Raises NotFound, NotDone."""
        if parent is None or message.run is None:
            raise NotFound(f"The message {message.key} has no thread.")
        key, was_tried = message.key, message.tries > 0
        run = self._door.runs.get(message.run)
        log = self._door.runs.log(message.run)
        comment = log_comment(run, log.tail(_EXCERPT_LINES))
        nowhere = Address(channel=parent.channel, ts=parent.ts)
        if was_tried and (found := self._found(run, key, parent)):
            return found
        if log.is_empty:
            return self._say(comment, run, key, parent) if comment else nowhere
        try:
            self._files.upload(
                lambda file: write_log(log, run, file),
                name=_name(run),
                title=f"Log of {run.name}",
                comment=comment,
                to=parent,
            )
        except Never as never:
            if never.error not in NO_FILES:
                raise
            return self._say(comment, run, key, parent)
        return nowhere

    def _found(self, run: Run, key: str, parent: Address) -> Address | None:
        """Did an earlier try get through, though its answer did not?"""
        if ts := self._files.is_there(_name(run), parent):
            return Address(channel=parent.channel, ts=ts)
        return self._posting.find(key, channel=parent.channel, thread_ts=parent.ts, since=run.created_at)

    def _say(self, comment: str, run: Run, key: str, parent: Address) -> Address:
        picture = Picture(text=comment, blocks=[section(comment)], revision=run.revision, is_urgent=True)
        return self._posting.post(picture, key=key, channel=parent.channel, thread_ts=parent.ts)


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
