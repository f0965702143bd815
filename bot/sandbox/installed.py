"""The app that is installed in the workspace: what its manifest says, and its keys."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.base.errors import SetupProblem
from bot.sandbox.wire import Json


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What proves to Slack who an app is, and to an app that it is Slack who calls."""

    bot_token: str
    app_token: str
    signing_secret: str

    @classmethod
    def cut(cls) -> "Keys":
        """New ones."""
        return cls(
            bot_token=f"xoxb-sandbox-{secrets.token_hex(12)}",
            app_token=f"xapp-sandbox-{secrets.token_hex(12)}",
            signing_secret=secrets.token_hex(16),
        )


@dataclass(kw_only=True)
class InstalledApp:
    """One app with its bot user."""

    manifest: Json
    keys: Keys
    #: Where Slack calls the app; None: the app holds a socket.
    request_url: str | None = None
    scopes: frozenset[str] = field(init=False)
    events: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.install(self.manifest)

    def install(self, manifest: Json) -> None:
        """Take another manifest."""
        self.manifest = manifest
        self.scopes = frozenset(_at(manifest, "oauth_config", "scopes", "bot") or ())
        self.events = frozenset(_at(manifest, "settings", "event_subscriptions", "bot_events") or ())

    @property
    def name(self) -> str:
        """What the bot is called."""
        user = _at(self.manifest, "features", "bot_user", "display_name")
        return str(user or _at(self.manifest, "display_information", "name") or "App")

    @property
    def commands(self) -> list[Json]:
        """Its slash commands, as the manifest has them."""
        return list(_at(self.manifest, "features", "slash_commands") or ())

    @property
    def shortcuts(self) -> list[Json]:
        """Its shortcuts, as the manifest has them."""
        return list(_at(self.manifest, "features", "shortcuts") or ())

    @property
    def functions(self) -> dict[str, Json]:
        """The steps that it offers to workflows, by callback id, as the manifest has them."""
        return dict(_at(self.manifest, "functions") or {})

    @property
    def has_home(self) -> bool:
        """May it publish an App Home?"""
        return bool(_at(self.manifest, "features", "app_home", "home_tab_enabled"))


def read_manifest(path: Path) -> Json:
    """The manifest in *path*, YAML or JSON. Raises SetupProblem."""
    try:
        return parse_manifest(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SetupProblem(f"The app's manifest {path} cannot be read: {error}.") from error


def parse_manifest(text: str) -> Json:
    """A manifest. Raises ValueError."""
    try:
        found = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise ValueError(str(error)) from error
    if not isinstance(found, dict):
        raise ValueError("it is no mapping")
    return found


def _at(manifest: Json, *path: str) -> Any:
    found: Any = manifest
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found
