"""What the tiny Slack knows, and what its Web API answers."""

# ruff: noqa: N802, ARG002 - methods are called as Slack calls them

import itertools
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

BOT, TEAM = "U0BOT", "T0ACME"
PEOPLE = {"U0ADA": "Ada Lovelace", "U0GRACE": "Grace Hopper", "U0LINUS": "Linus Park"}
CHANNELS = {"C0OPS": "ops", "C0GENERAL": "general", "C0DEV": "dev"}
#: The bot is in it.
PRIVATE = {"G0SECRET": "secret"}
#: Older ones are closed by then.
_MOST_VIEWS = 500


@dataclass
class TinyApi:
    """The rows of one workspace, and a method for each call."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    messages: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    #: What one person was told alone: (user or response_url's owner, message).
    private: list[dict[str, Any]] = field(default_factory=list)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=lambda: {"platform": ["U0ADA", "U0GRACE"]})
    #: What more Slack says of a person, as {"deleted": True}.
    flags: dict[str, dict[str, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._count = itertools.count(1)
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def called(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in list(self.calls) if name == method]

    def _id(self, prefix: str) -> str:
        return f"{prefix}{next(self._count)}"

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": self.url, "team": "Acme", "user": "stackhand", "team_id": TEAM, "user_id": BOT, "bot_id": "B0"}

    def _apps_connections_open(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": f"{self.url.replace('http', 'ws')}/link"}

    def _users_info(self, asked: dict[str, Any]) -> dict[str, Any]:
        id = asked.get("user")
        if id not in PEOPLE:
            return {"error": "user_not_found"}
        name = PEOPLE[id]
        email = f"{name.split()[0].lower()}@example.org"
        user = {"id": id, "real_name": name, "profile": {"real_name": name, "email": email}}
        return {"user": {**user, **self.flags.get(id, {})}}

    def _usergroups_list(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "usergroups": [
                {"id": f"S{index}", "handle": handle, "users": users}
                for index, (handle, users) in enumerate(self.groups.items())
            ]
        }

    def _conversations_list(self, asked: dict[str, Any]) -> dict[str, Any]:
        known = CHANNELS | (PRIVATE if "private_channel" in asked["types"] else {})
        return {"channels": [{"id": id, "name": name} for id, name in known.items()]}

    def _conversations_info(self, asked: dict[str, Any]) -> dict[str, Any]:
        if (id := asked["channel"]) not in CHANNELS:
            return {"error": "channel_not_found"}
        return {"channel": {"id": id, "name": CHANNELS[id]}}

    def _conversations_open(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": f"D{asked['users']}"}}

    def _chat_postMessage(self, asked: dict[str, Any]) -> dict[str, Any]:
        names = {f"#{name}": id for id, name in CHANNELS.items()}
        channel = names.get(asked["channel"], asked["channel"])
        if channel.startswith("U"):
            channel = f"D{channel}"
        elif not channel.startswith("D") and channel not in CHANNELS:
            return {"error": "channel_not_found"}
        ts = f"{time.time():.4f}{next(self._count):02d}"
        self.messages[channel][ts] = {**asked, "channel": channel, "ts": ts}
        return {"channel": channel, "ts": ts}

    def _chat_update(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["ts"] not in self.messages[asked["channel"]]:
            return {"error": "message_not_found"}
        self.messages[asked["channel"]][asked["ts"]] |= asked
        return {"channel": asked["channel"], "ts": asked["ts"]}

    def _chat_postEphemeral(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.private.append(asked)
        return {"message_ts": "1.1"}

    def _chat_getPermalink(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"permalink": f"https://acme.example/{asked['channel']}/{asked['message_ts']}"}

    def _conversations_history(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = [one for one in self.messages[asked["channel"]].values() if not one.get("thread_ts")]
        first, most = int(asked.get("cursor") or 0), int(asked.get("limit", 100))
        following = str(first + most) if len(found) > first + most else ""
        page = found[::-1][first : first + most]
        return {"messages": page, "response_metadata": {"next_cursor": following}}

    def _conversations_replies(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = self.messages[asked["channel"]].values()
        return {"messages": [one for one in found if asked["ts"] in (one["ts"], one.get("thread_ts"))]}

    def _views_open(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"view": self._add_view(asked["view"])}

    def _views_update(self, asked: dict[str, Any]) -> dict[str, Any]:
        view = self.views.get(asked["view_id"]) if "view_id" in asked else self._called_outside(asked["external_id"])
        if view is None:
            return {"error": "not_found"}
        view |= {"callback_id": "", "private_metadata": "", **asked["view"]}
        return {"view": view}

    def _views_publish(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.homes[asked["user_id"]] = asked["view"]
        return {"view": asked["view"]}

    def _functions_completeError(self, _: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _functions_completeSuccess(self, _: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _pins_add(self, _: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _files_getUploadURLExternal(self, asked: dict[str, Any]) -> dict[str, Any]:
        id = self._id("F")
        return {"upload_url": f"{self.url}/upload/{id}", "file_id": id}

    def _files_completeUploadExternal(self, asked: dict[str, Any]) -> dict[str, Any]:
        files = [{**one, "name": self.called("files.getUploadURLExternal")[-1]["filename"]} for one in asked["files"]]
        said = {"channel": asked["channel_id"], "text": asked.get("initial_comment", ""), "files": files, "blocks": []}
        thread = {"thread_ts": asked["thread_ts"]} if "thread_ts" in asked else {}
        self._chat_postMessage({**said, **thread})
        return {"files": files}

    def _called_outside(self, id: str) -> dict[str, Any] | None:
        return next((view for view in self.views.values() if view.get("external_id") == id), None)

    def _add_view(self, view: dict[str, Any], root: str = "") -> dict[str, Any]:
        id = self._id("V")
        if len(self.views) > _MOST_VIEWS:
            del self.views[next(iter(self.views))]
        self.views[id] = {"private_metadata": "", "callback_id": "", **view, "id": id, "root_view_id": root or id}
        return self.views[id]
