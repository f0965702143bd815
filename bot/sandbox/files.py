"""Files: those that the app uploads, first a place, then the bytes, then the message; and those that people choose."""

import mimetypes
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from bot.sandbox.clock import Ids, MovableClock
from bot.sandbox.seed import BOT_USER
from bot.sandbox.wire import Json, Refusal

_PREVIEW_CHARACTERS = 1200
#: As many as messages of a channel.
_MOST_KEPT = 2000
_KEPT = ("id", "name", "title", "length", "created", "user")


@dataclass(frozen=True, kw_only=True)
class File:
    """One file; *bytes* only while it is not in a folder."""

    id: str
    name: str
    title: str
    length: int
    created: int
    user: str = BOT_USER
    content: bytes | None = None
    path: Path | None = None

    def read(self, most: int = -1) -> bytes:
        """The first bytes, or all; empty before it was uploaded."""
        if self.path is None:
            return (self.content or b"")[: most if most >= 0 else None]
        with self.path.open("rb") as opened:
            return opened.read(most)

    def known(self) -> Json:
        """What to write down so that it is found after a restart, beside its bytes."""
        return {name: getattr(self, name) for name in _KEPT}

    @property
    def mimetype(self) -> str:
        """By its name; logs are text."""
        guessed = mimetypes.guess_type(self.name)[0]
        return "text/plain" if self.name.endswith(".log") else guessed or "application/octet-stream"


class Files:
    """All files; in *folder*, or in memory when there is none."""

    def __init__(self, *, url: str, folder: Path | None, clock: MovableClock, ids: Ids) -> None:
        self._url = url
        self._folder = folder
        self._clock = clock
        self._ids = ids
        self._files: dict[str, File] = {}
        self._awaited: set[str] = set()

    def expect(self, name: str, length: int) -> tuple[str, str]:
        """A file's id, and where its bytes go."""
        id = self._ids.new("F")
        self._files[id] = File(id=id, name=name, title=name, length=length, created=int(self._clock.unix()))
        self._awaited.add(id)
        if len(self._files) > _MOST_KEPT:
            self._forget(next(iter(self._files)))
        return id, f"{self._url}upload/{id}"

    def take(self, id: str, content: bytes) -> None:
        """Keep the bytes. Raises Refusal."""
        if id not in self._awaited:
            raise Refusal("file_not_found")
        self._awaited.remove(id)
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / id
            path.write_bytes(content)
            self._files[id] = replace(self._files[id], path=path, length=len(content))
        else:
            self._files[id] = replace(self._files[id], content=content, length=len(content))

    def choose(self, name: str, content: bytes, *, user: str) -> File:
        """A person uploads a file, all at once."""
        id, _ = self.expect(name, len(content))
        self._files[id] = replace(self._files[id], user=user)
        self.take(id, content)
        return self._files[id]

    def delete(self, id: str) -> None:
        """Let a file be gone, as if its owner had deleted it. Raises Refusal."""
        self._forget(self.find(id).id)

    def complete(self, id: str, title: str) -> File:
        """A file whose bytes are there. Raises Refusal."""
        file = self.find(id)
        if id in self._awaited:
            raise Refusal("file_update_failed")
        self._files[id] = replace(file, title=title or file.title)
        return self._files[id]

    def find(self, id: str) -> File:
        """A file; one whose bytes somebody took out of the folder is gone, too. Raises Refusal."""
        file = self._files.get(id)
        if file is None or (file.path and not file.path.exists()):
            raise Refusal("file_not_found")
        return file

    def shown(self, file: File) -> Json:
        """Slack's file object."""
        is_text = file.mimetype.startswith("text/")
        preview = file.read(_PREVIEW_CHARACTERS * 4).decode(errors="replace")[:_PREVIEW_CHARACTERS]
        return {
            "id": file.id,
            "name": file.name,
            "title": file.title,
            "created": file.created,
            "timestamp": file.created,
            "mimetype": file.mimetype,
            "filetype": "text" if is_text else Path(file.name).suffix.removeprefix("."),
            "size": file.length,
            "user": file.user,
            "mode": "snippet" if is_text else "hosted",
            "url_private": f"{self._url}files/{file.id}/{quote(file.name, safe='')}",
            "url_private_download": f"{self._url}files-pri/{file.id}/download/{quote(file.name, safe='')}",
            "permalink": f"{self._url}files/{file.id}/{quote(file.name, safe='')}",
            "preview": preview if is_text else "",
        }

    def known(self) -> list[Json]:
        """What to write down so that they are found after a restart; nothing when they are in memory only."""
        return [file.known() for file in self._files.values() if file.path]

    def restore(self, known: list[Json]) -> None:
        """Know again what was written down."""
        if self._folder:
            for one in known:
                self._files[one["id"]] = File(**one, path=self._folder / one["id"])

    def _forget(self, id: str) -> None:
        if path := self._files.pop(id).path:
            path.unlink(missing_ok=True)
        self._awaited.discard(id)
