"""Records of the audit as a file in a thread: one line of JSON for each."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import IO

from bot.base.errors import NotFound
from bot.model.audit import AuditFilter
from bot.model.message import Message
from bot.slack.file_upload import FileUpload
from bot.slack.posting import Address
from bot.store.store import Store


class AuditUpload:
    """Uploads what was asked for."""

    def __init__(self, *, files: FileUpload, store: Store) -> None:
        self._files = files
        self._store = store

    def send(self, message: Message, *, parent: Address | None) -> Address:
        """Put the records below *parent*. Raises NotFound, NotDone."""
        if parent is None:
            raise NotFound(f"The message {message.key} has no thread.")
        name = f"audit-{parent.ts}.jsonl"
        if message.tries and (ts := self._files.is_there(name, parent)):
            return Address(channel=parent.channel, ts=ts)
        only = read_filter(message)
        self._files.upload(lambda file: self._write(only, file), name=name, title="Audit", comment="", to=parent)
        return parent

    def _write(self, only: AuditFilter, file: IO[bytes]) -> int:
        with self._store.read() as tx:
            return sum(
                file.write(f"{json.dumps(asdict(record), default=str, ensure_ascii=False)}\n".encode())
                for record in tx.audit.all(only)
            )


def read_filter(message: Message) -> AuditFilter:
    """What was asked for, from the message's row."""
    since = message.body.get("since")
    return AuditFilter(
        since=datetime.fromisoformat(since) if since else None,
        person=str(message.body.get("person", "")),
        target=str(message.body.get("target", "")),
    )
