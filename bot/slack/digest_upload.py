"""The weekly digest in its channel: words, and the picture below them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.base.errors import NotFound
from bot.control.digest import week_of
from bot.control.digest_picture import alt_text, draw, title_of, words_of
from bot.model.digest import Digest
from bot.model.message import Message
from bot.slack.client import Never
from bot.slack.file_upload import NO_FILES, FileUpload
from bot.slack.live import Picture
from bot.slack.mrkdwn import escape
from bot.slack.posting import Address, Posting
from bot.slack.views.parts import section
from bot.store.store import Store


class DigestUpload:
    """Uploads weeks."""

    def __init__(self, *, files: FileUpload, posting: Posting, store: Store) -> None:
        self._files = files
        self._posting = posting
        self._store = store

    def send(self, message: Message, *, parent: Address | None) -> Address:
        """Post the week that the message names. Raises NotFound, NotDone."""
        del parent
        start, end = (datetime.fromisoformat(str(message.body[name])) for name in ("start", "end"))
        with self._store.read() as tx:
            digest = week_of(tx, start, end, ZoneInfo(str(message.body["zone"])))
        channel = self._posting.channel_id(message.channel)
        if channel is None:
            raise NotFound(f"There is no channel {message.channel} for the digest.")
        where, name = Address(channel=channel, ts=""), f"digest-{end:%Y-%m-%d}.png"
        if message.tries and (found := self._found(name, message, where, since=end)):
            return found
        text = "\n".join([f"*{escape(title_of(digest))}*", *(f"• {escape(line)}" for line in words_of(digest))])
        picture = draw(digest)
        if picture is None:
            return self._say(text, message, where)
        try:
            self._upload(picture, name, text, digest, where)
        except Never as never:
            if never.error not in NO_FILES:
                raise
            return self._say(text, message, where)
        return Address(channel=channel, ts=self._files.is_there(name, where, since=end) or "")

    def _found(self, name: str, message: Message, where: Address, *, since: datetime) -> Address | None:
        """Did an earlier try get through, with the picture or in words alone, though its answer did not?"""
        if ts := self._files.is_there(name, where, since=since):
            return Address(channel=where.channel, ts=ts)
        return self._posting.find(message.key, channel=where.channel, thread_ts=None, since=since)

    def _upload(self, picture: bytes, name: str, text: str, digest: Digest, where: Address) -> None:
        self._files.upload(
            lambda file: file.write(picture),
            name=name,
            title=title_of(digest),
            comment=text,
            to=where,
            in_thread=False,
            alt_text=alt_text(digest),
        )

    def _say(self, text: str, message: Message, where: Address) -> Address:
        picture = Picture(text=text, blocks=[section(text)], revision=message.wanted, is_urgent=True)
        return self._posting.post(picture, key=message.key, channel=where.channel, thread_ts=None)
