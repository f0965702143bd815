"""How this program is set up: environment variables, a `.env` file, and what was said on the command line.

The only reader of `os.environ`.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import available_timezones

from dotenv import dotenv_values
from pydantic import Field, JsonValue, ModelWrapValidatorHandler, SecretStr, ValidationError, field_validator
from pydantic import model_validator as validates_model
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.base.errors import SetupProblem
from bot.base.redact import MASK
from bot.base.text import nearest

_PREFIX = "STACKHAND_"
#: The programs for Terraform's configurations, the first that is installed first.
TERRAFORMS = ("terraform", "tofu")
_ENV_FILE = ".env"
SLACK_API_URL = "https://slack.com/api/"
#: The path under which the sandbox serves the playground's site.
_SITE = "site/"


def shipped_stacks() -> Path:
    """The stacks that came with the program."""
    return _shipped("stacks")


def shipped_manifest() -> Path:
    """The Slack app's manifest that came with the program."""
    return _shipped("manifest.yml")


def _shipped(name: str) -> Path:
    """In the installed package it lies inside; in a checkout beside it."""
    package = Path(__file__).parent
    packaged = package / "shipped" / name
    return packaged if packaged.exists() else package.parent / name


class Settings(BaseSettings):
    """Every setting, checked. Making one raises SetupProblem, which names everything that is wrong at once."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=_ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
        validate_default=True,
    )

    slack_bot_token: SecretStr | None = Field(
        None, validation_alias="SLACK_BOT_TOKEN", description="xoxb-…: speaks as the bot; without it a sandbox starts"
    )
    slack_app_token: SecretStr | None = Field(
        None, validation_alias="SLACK_APP_TOKEN", description="xapp-…: holds the socket through which clicks arrive"
    )
    slack_signing_secret: SecretStr | None = Field(
        None, validation_alias="SLACK_SIGNING_SECRET", description="set: Slack calls the bot by HTTP, no socket"
    )
    slack_api_url: str = Field(SLACK_API_URL, validation_alias="SLACK_API_URL", description="base of the Web API")
    database_url: SecretStr | None = Field(
        None, validation_alias="DATABASE_URL", description="postgresql://… for many machines; a SQLite file if not set"
    )
    data: Path = Field(Path(".stackhand"), description="the folder of everything that is written")
    stacks: Path = Field(default_factory=shipped_stacks, description="the folder of the stacks")
    host: str = Field("127.0.0.1", description="the address on which the sandbox, or HTTP mode, listens")
    port: int = Field(8765, ge=0, le=65535, description="its port; 0 takes a free one")
    hooks_port: int | None = Field(
        None, ge=0, le=65535, description="the port for webhooks of stacks; not set: none, in the sandbox a free one"
    )
    runs_at_once: int = Field(8, ge=1, le=64, description="how many runs this process advances at the same time")
    keep_days: int = Field(
        90, ge=1, le=36500, description="how many days runs, with logs, and what was told are kept; the audit stays"
    )
    digest_channel: str | None = Field(None, description="where the weekly digest is told, #ops for example; else none")
    digest_zone: str = Field(
        "UTC", description="Europe/Berlin for example: digests come at nine there, weekly ones on Monday"
    )
    follow_hosts: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="hosts of the inner network that people may follow from Slack: gitlab.example.org,10.0.0.7:5000",
    )
    python_index: str | None = Field(
        None, description="the index that `/follow pypi:NAME` asks: its simple API in JSON"
    )
    npm_registry: str | None = Field(None, description="the registry that `/follow npm:NAME` asks")
    own_vars: Annotated[dict[str, JsonValue], NoDecode] = Field(
        {}, alias="STACKHAND_VARS", description="a JSON object: what expressions find under `vars`"
    )

    @field_validator("data", "stacks")
    @classmethod
    def _from_here(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @field_validator("stacks")
    @classmethod
    def _is_a_folder(cls, path: Path) -> Path:
        if not path.is_dir():
            raise ValueError(f"there is no folder {path}")
        return path

    @field_validator("digest_zone")
    @classmethod
    def _is_a_zone(cls, written: str) -> str:
        if written not in available_timezones():
            raise ValueError(f"there is no time zone {written}")
        return written

    @field_validator("python_index", "npm_registry")
    @classmethod
    def _is_an_address(cls, written: str | None) -> str | None:
        if written and not re.fullmatch(r"https?://[^\s@{}]+", written):
            raise ValueError(
                "it has to start with https:// or http://, and holds no password: checks that a stack declares find it"
                " in the .netrc of this machine, and what people follow from Slack is asked for without one"
            )
        return written

    @field_validator("follow_hosts", mode="before")
    @classmethod
    def _is_a_list(cls, written: object) -> object:
        return frozenset(filter(None, re.split(r"[,\s]+", written))) if isinstance(written, str) else written

    @field_validator("own_vars", mode="before")
    @classmethod
    def _is_a_json_object(cls, written: object) -> object:
        try:
            found = json.loads(written) if isinstance(written, str) else written
        except ValueError as error:
            raise ValueError(f"it is no JSON ({error})") from error
        if not isinstance(found, dict):
            raise ValueError('it has to be a JSON object like {"region": "eu"}')
        return found

    @validates_model(mode="wrap")
    @classmethod
    def _all_problems_at_once(cls, values: Mapping[str, Any], handler: ModelWrapValidatorHandler[Self]) -> Self:
        problems = [*_slack_problems(_written(values)), *_misspelt(_environ())]
        try:
            settings = handler(values)
        except ValidationError as error:
            raise SetupProblem(" ".join([*_sentences(error), *problems])) from None
        if problems:
            raise SetupProblem(" ".join(problems))
        return settings

    @property
    def sandbox(self) -> bool:
        """Does the bot speak to a Slack workspace on this very machine, which it starts itself?"""
        return self.slack_bot_token is None

    @property
    def database(self) -> str:
        """The database's URL, password included: never show it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data / 'stackhand.db'}"

    @property
    def bot_lock(self) -> Path:
        """The file that the bot holds while it is up, so that one SQLite file has one bot."""
        return self.data / "bot.lock"

    @property
    def up_file(self) -> Path:
        """Where the bot writes how it is reached, while it is up: `{"url": ..., "outside": ..., "pid": ...}`."""
        return self.data / "up.json"

    @property
    def runs(self) -> Path:
        """The folder below which each run keeps its logs and files."""
        return self.data / "runs"

    @property
    def playground(self) -> Path:
        """The folder of the playground's servers: each has a folder of its own, with the site it serves."""
        return self.data / "playground"

    @property
    def url(self) -> str:
        """Where the sandbox's page is: as the bot that is up says, else where one would be."""
        return str(self._up.get("url") or f"http://{self.host}:{self.port}/")

    @property
    def registries(self) -> Mapping[str, str]:
        """Where packages are asked for that people follow, by the word before their name: those that are set."""
        asked = {"pypi": self.python_index, "npm": self.npm_registry}
        return {kind: address for kind, address in asked.items() if address}

    @property
    def vars(self) -> dict[str, JsonValue]:
        """What stacks find under `vars`; read anew each time, since the sandbox's port may be a free one."""
        given: dict[str, JsonValue] = {
            "sandbox": self.sandbox,
            "playground_root": str(self.playground),
            "playground_url": self.url + _SITE,
            "python_index": self.python_index or "",
            "npm_registry": self.npm_registry or "",
            "terraform": next(filter(shutil.which, TERRAFORMS), ""),
        }
        return {**given, **self._outside, **self.own_vars}

    @property
    def _outside(self) -> dict[str, JsonValue]:
        """Where the sandbox's world outside is, while one is up."""
        found = self._up.get("outside") if self.sandbox else None
        return {f"{what}_url": found for what in ("github", "registry", "alertmanager")} if found else {}

    @property
    def _up(self) -> Mapping[str, Any]:
        """What the bot that is up says; empty while none is."""
        try:
            found = json.loads(self.up_file.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def environ(self) -> Mapping[str, str]:
        """Where `env:NAME` secrets are found: the environment, then `.env`."""
        return _environ()


def name_of(field: str) -> str:
    """The environment variable of a setting: `port` -> `STACKHAND_PORT`."""
    info = Settings.model_fields[field]
    alias = info.validation_alias or info.alias
    return alias if isinstance(alias, str) else _PREFIX + field.upper()


def _environ() -> dict[str, str]:
    from_file = {name: value for name, value in dotenv_values(_ENV_FILE).items() if value is not None}
    return {**from_file, **os.environ}


def _written(values: Mapping[str, Any]) -> dict[str, str]:
    """What was said, by the name of its variable, as plain text."""
    names = {field: name_of(field) for field in Settings.model_fields}
    plain = {name: v.get_secret_value() if isinstance(v, SecretStr) else str(v) for name, v in values.items()}
    return {names.get(name, name): value for name, value in plain.items()}


def _slack_problems(written: Mapping[str, str]) -> Iterator[str]:
    bot, app = written.get("SLACK_BOT_TOKEN"), written.get("SLACK_APP_TOKEN")
    signing = written.get("SLACK_SIGNING_SECRET")
    if bot and not bot.startswith("xoxb-"):
        yield "SLACK_BOT_TOKEN does not start with xoxb-: take the one of the page OAuth & Permissions."
    if app and not app.startswith("xapp-"):
        yield "SLACK_APP_TOKEN does not start with xapp-: take the app-level token of the page Basic Information."
    if bot and not app and not signing:
        yield "SLACK_APP_TOKEN is missing, while SLACK_BOT_TOKEN is set (or set SLACK_SIGNING_SECRET for HTTP mode)."
    others = [name for name in ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL") if written.get(name)]
    if others and not bot:
        yield f"SLACK_BOT_TOKEN is missing, while {others[0]} is set (set none of them to use the sandbox)."
    url = written.get("SLACK_API_URL")
    if url and not url.startswith(("https://", "http://")):
        yield f"SLACK_API_URL is {_shown(url)} and has to start with https:// or http://."


def _misspelt(environ: Mapping[str, str]) -> Iterator[str]:
    """Names that are nearly a setting's. Others that begin like ours may mean something to somebody else."""
    known = [name_of(field) for field in Settings.model_fields if name_of(field).startswith(_PREFIX)]
    for name in sorted(environ):
        short = name.removeprefix(_PREFIX)
        if name != short and name not in known:
            near = nearest(short, [other.removeprefix(_PREFIX) for other in known], most=1)
            if near:
                yield f"{name} is no setting. Did you mean {_PREFIX}{near[0]}?"


def _sentences(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        field = str(problem["loc"][0]) if problem["loc"] else ""
        name = name_of(field) if field in Settings.model_fields else field
        said = problem["msg"].removeprefix("Value error, ")
        shown = f" is {_shown(problem['input'])}" if isinstance(problem["input"], str) else ""
        yield f"{name}{shown}: {said[:1].lower()}{said[1:]}."


def _shown(written: str) -> str:
    """What was set, without the name and password of an address, whole or not."""
    return repr(re.sub(r"^(?:(\w+://).*|.*:.*)@", rf"\1{MASK}@", written, flags=re.DOTALL))
