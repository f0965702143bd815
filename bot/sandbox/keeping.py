"""Writes the workspace down, so that a bot that comes back finds the messages it posted.

All of it is written soon after it changed; each message, each file that a person chose and each step of a
workflow at once, as a line of a second file. So a `kill -9` of the
process loses nothing of which the bot was told that it is there.
"""

import asyncio
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import structlog

from bot.sandbox.feed import Change
from bot.sandbox.files import Files
from bot.sandbox.installed import InstalledApp, Keys
from bot.sandbox.seed import Channel, Group, Person
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace
from bot.sandbox.world import World

log = structlog.get_logger()

_VERSION = 1
_SOON_S = 0.5
#: A pause is so many times as long as writing took: the server answers nobody while it writes.
_PAUSES = 40


def read(path: Path) -> Json | None:
    """What was written down; None when there is nothing. A file that cannot be read is set aside."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        lines = _lines_of(path).read_text(encoding="utf-8").splitlines() if _lines_of(path).exists() else []
    except FileNotFoundError:
        return None
    except ValueError as error:
        _set_aside(path, str(error))
        return None
    if not isinstance(found, dict) or found.get("version") != _VERSION:
        _set_aside(path, "it is of another version")
        return None
    return {**found, "since": [message for line in lines if (message := _whole(line))]}


def written(workspace: Workspace, files: Files, app: InstalledApp) -> str:
    """The state as text. What only one person saw, and open modals, end with the sandbox, as a client's do."""
    kept = {
        "version": _VERSION,
        "keys": asdict(app.keys),
        "people": [asdict(person) for person in workspace.people.values()],
        "channels": [
            {**asdict(channel), "members": sorted(channel.members)} for channel in workspace.channels.values()
        ],
        "groups": [asdict(group) for group in workspace.groups.values()],
        "messages": {id: list(said.values()) for id, said in workspace.messages.items() if said},
        "homes": workspace.homes,
        "files": files.known(),
        "functions": workspace.functions.all(),
    }
    return json.dumps(kept, ensure_ascii=False)


def put(path: Path, text: str) -> None:
    """Replace the file in one step, so that a crash leaves the old one or the new one. It holds keys: ours alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(path)


class Keeper:
    """Writes messages at once, and all of the state soon after it changed; spends a little of the time on that."""

    def __init__(self, world: World, path: Path) -> None:
        self._world = world
        self._path = path
        self._planned: asyncio.TimerHandle | None = None
        self._pause_s = _SOON_S
        self._lines = _lines_of(path)
        self.write()
        world.feed.tell(self._changed)

    def write(self) -> None:
        """Write it now."""
        if self._planned:
            self._planned.cancel()
        self._planned = None
        started = time.monotonic()
        try:
            put(self._path, written(self._world.workspace, self._world.files, self._world.app))
            self._lines.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the workspace could not be written down", path=str(self._path), error=str(error))
        self._pause_s = max(_SOON_S, (time.monotonic() - started) * _PAUSES)

    def _changed(self, change: Change) -> None:
        if change.event in {"message", "deleted", "function", "file"}:
            self._add_line(change.data)
        if self._planned is None:
            self._planned = asyncio.get_running_loop().call_later(self._pause_s, self.write)

    def _add_line(self, data: Json) -> None:
        try:
            with open(self._lines, "a", encoding="utf-8", opener=_private) as file:
                file.write(json.dumps(data, ensure_ascii=False) + "\n")
        except OSError as error:
            log.warning("a message could not be written down", path=str(self._lines), error=str(error))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _lines_of(path: Path) -> Path:
    return path.with_suffix(".lines")


def _whole(line: str) -> Json | None:
    """A line that a crash or a full disk cut off says nothing."""
    try:
        found: Json = json.loads(line)
    except ValueError:
        return None
    return found


def keys_in(kept: Mapping[str, Json]) -> Keys:
    """The app's keys: an app that was started with them still has them."""
    return Keys(**kept["keys"])


def restore(workspace: Workspace, files: Files, kept: Json) -> None:
    """Put back what was written down."""
    workspace.people = {one["id"]: Person(**one) for one in kept["people"]}
    workspace.channels = {
        one["id"]: Channel(**{**one, "members": frozenset(one["members"])}) for one in kept["channels"]
    }
    workspace.groups = {one["id"]: Group(**{**one, "users": tuple(one["users"])}) for one in kept["groups"]}
    for channel, said in kept["messages"].items():
        workspace.messages[channel] = {message["ts"]: message for message in said}
    workspace.functions.put_back(kept.get("functions", []))
    files.restore(kept["files"])
    for change in kept["since"]:
        if "execution" in change:
            workspace.functions.put(change["execution"])
            continue
        if "file" in change:
            files.restore([change["file"]])
            continue
        said = workspace.messages.setdefault(change["channel"], {})
        if "message" in change:
            said[change["message"]["ts"]] = change["message"]
        else:
            said.pop(change["ts"], None)
    workspace.homes = kept["homes"]


def _set_aside(path: Path, why: str) -> None:
    aside = path.with_suffix(".broken")
    path.replace(aside)
    log.warning("the sandbox starts with an empty workspace: its file could not be read", why=why, set_aside=str(aside))
