"""What all backup actions share: where backups are kept, and how restic is asked."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from actions.api import ActionFailed, Context, Field, Secret
from actions.backup.cli import restic

_EnvName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
_MINUTE = 60


class Repository(BaseModel):
    """Where backups are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: str = Field(
        min_length=1,
        description="a folder, an S3 bucket or an SFTP server, as restic writes it",
        examples=["/srv/backups", "s3:https://s3.eu-central-1.amazonaws.com/backups", "sftp:backup@host:/backups"],
    )
    password: Secret = Field(description="what the backups are encrypted with", examples=["env:BACKUP_PASSWORD"])
    secret_env: dict[_EnvName, Secret] = Field(
        default={},
        description="further secrets that the store needs, by variable",
        examples=[{"AWS_ACCESS_KEY_ID": "env:AWS_ACCESS_KEY_ID"}],
    )

    options: dict[str, str] = Field(
        default={},
        description="restic's own options for the store (restic -o NAME=VALUE); never made of what people type",
        examples=[{"sftp.command": "ssh -i /etc/stackhand/backup_key backup@backup.example.org -s sftp"}],
    )

    def argv(self, *words: str) -> list[str]:
        """The command line that says *words* to restic."""
        return restic(self.place, self.options, *words)

    def environment(self, ctx: Context) -> dict[str, str]:
        """Restic's variables. Its cache is the step's own: nothing is left behind."""
        secrets = {name: ctx.secret(reference) for name, reference in self.secret_env.items()}
        return {
            **secrets,
            "RESTIC_PASSWORD": ctx.secret(self.password),
            "RESTIC_CACHE_DIR": str(ctx.scratch / "cache"),
            "RESTIC_PROGRESS_FPS": "1",
        }

    def ask(self, ctx: Context, *words: str) -> list[Any]:
        """What restic says to *words*, one value per line. Raises ActionFailed."""
        return call(ctx, self.argv(*words), self.environment(ctx))

    def exists(self, ctx: Context) -> bool:
        """Has it been made? Raises ActionFailed when the password is wrong or nobody answers."""
        lines: list[str] = []
        end = ctx.exec(self.argv("cat", "config"), env=self.environment(ctx), on_line=lines.append)
        if end.code == 0:
            return True
        if is_missing(end.code, "\n".join(lines)):
            return False
        raise ActionFailed(f"The backups in {self.place} cannot be opened: {last_words(lines)}")


def is_missing(code: int, said: str) -> bool:
    """Did restic end like this because there is no repository yet?"""
    # restic 0.14 has one exit code for all; since 0.17 it is 10.
    return code == 10 or (code != 0 and ("Is there a repository" in said or "does not exist" in said))


def call(ctx: Context, argv: Sequence[str], environment: Mapping[str, str]) -> list[Any]:
    """What a program that speaks JSON says, one value per line. Raises ActionFailed with its last words."""
    values, words = [], []
    total = 0

    def take(line: str) -> None:
        nonlocal total
        value = _value(line)
        if isinstance(value, dict) and value.get("message_type") == "status":
            total = int(value.get("total_bytes", total))
            ctx.progress(int(value.get("bytes_done", 0)), total or None, "bytes")
        elif value is None:
            words.append(line)
            ctx.log(line)
        else:
            values.append(value)

    end = ctx.exec(argv, env=environment, on_line=take)
    if end.code != 0:
        raise ActionFailed(f"restic ended with code {end.code}: {last_words(words)}")
    return values


def last_words(lines: Sequence[str]) -> str:
    """The last line that says something."""
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")[:300]


def _value(line: str) -> Any:
    if not line.startswith(("{", "[")):
        return None
    try:
        return json.loads(line)
    except ValueError:
        return None
