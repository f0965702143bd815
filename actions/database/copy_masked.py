"""Copy a production database to staging, its personal data masked on the way."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import field_validator

from actions.api import Action, ActionFailed, Context, Crash, Field, Outputs, Secret, StackPath
from actions.database.addresses import DatabaseAddress, parse
from actions.database.job import MASK_KEY, SOURCE_PASSWORD, TARGET_PASSWORD, Job
from actions.database.names import kept_name
from actions.database.program import Program
from actions.database.rules import Tables
from actions.database.swap import Swap

_SHORTEST_KEY = 16


class Copied(Outputs):
    """What was copied."""

    tables: int = 0
    #: None: the program was cut off after the swap, so nobody knows any more.
    rows: int | None = None
    #: The name of the staging of before, for the way back. While the copy is made: the name it will get.
    kept: str = ""


class CopyMasked(Action[Copied]):
    """Copy production's database to staging, converted before it leaves production; staging is swapped at the end."""

    source: DatabaseAddress = Field(
        description="production's database; it is only read", examples=["postgresql://reader@db.example.org/shop"]
    )
    source_password: Secret | None = Field(
        default=None, description="password of production's user", examples=["env:PRODUCTION_DB_PASSWORD"]
    )
    target: DatabaseAddress = Field(
        description="staging's database; it is replaced as a whole, when the copy is complete",
        examples=["postgresql://owner@staging-db.example.org/shop"],
    )
    target_password: Secret | None = Field(
        default=None, description="password of staging's user", examples=["env:STAGING_DB_PASSWORD"]
    )
    key: Secret = Field(
        description="what masks and made-up values are computed with, 16 characters or more: "
        "the same key makes the same values each time",
        examples=["env:MASK_KEY"],
    )
    tables: Tables = Field(
        default={},
        description="rules by table; tables and columns without one are copied as they are, "
        "but a column that looks personal must have one",
        examples=[{"customers": {"columns": {"email": {"fake": "email"}, "notes": "null", "iban": "mask"}}}],
        # Conditions and expressions are SQL: what people type must never become a part of them.
        json_schema_extra={"format": "code"},
    )
    after: list[StackPath] = Field(
        default=[],
        description="files of SQL that are run on the new database before it becomes staging",
        examples=[["payload/after.sql"]],
    )
    streams: int = Field(default=2, ge=1, le=16, description="sessions that copy at the same time", examples=[4])
    keep: int = Field(
        default=1, ge=1, le=10, description="how many earlier stagings stay beside it, for the way back", examples=[2]
    )

    @field_validator("after")
    @classmethod
    def _is_sql(cls, files: list[str]) -> list[str]:
        if wrong := [file for file in files if not file.endswith(".sql")]:
            raise ValueError(f"{wrong[0]} is no file of SQL (NAME.sql)")
        return files

    @property
    def crash(self) -> Crash:
        """Until the swap staging is as it was, and after it nothing is left to do: so it is simply done again."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """The tables with their rows and rules. Reads production only."""
        program = Program(ctx)
        program.run(self._job(ctx, task="look"), secrets=self._secrets(ctx))
        into = f"From {parse(self.source)} to {parse(self.target)}, which is replaced as a whole at the end:"
        return "\n".join([into, *program.texts])

    def run(self, ctx: Context) -> Copied:
        """Copy, and fail without a trace in staging if anything speaks against it."""
        kept = kept_name(parse(self.target).name, datetime.now(UTC))
        begun = ctx.begin(Copied(kept=kept))
        done = Program(ctx).run(self._job(ctx, task="copy", kept=begun.kept), secrets=self._secrets(ctx))
        return Copied(tables=done.tables, rows=done.rows, kept=done.kept)

    def undo(self, done: Copied) -> Swap | None:
        """The staging of before comes back, and this one is kept beside it."""
        if not done.kept:
            return None
        return Swap(target=self.target, password=self.target_password, incoming=done.kept)

    def _job(self, ctx: Context, *, task: str, kept: str = "") -> Job:
        after = [ctx.path(file) for file in self.after]
        if missing := [path for path in after if not path.is_file()]:
            raise ActionFailed(f"There is no file {missing[0].name}.", hint="Paths start at the stack's folder.")
        return Job.model_validate(
            {
                "task": task,
                "source": self.source,
                "target": self.target,
                "tables": self.tables,
                "after": [str(path) for path in after],
                "streams": self.streams,
                "kept": kept,
                "keep": self.keep,
            }
        )

    def _secrets(self, ctx: Context) -> Mapping[str, str]:
        key = ctx.secret(self.key)
        if len(key) < _SHORTEST_KEY:
            raise ActionFailed(
                f"The key behind {self.key} has fewer than {_SHORTEST_KEY} characters, and could be guessed.",
                hint="Make one: openssl rand -hex 32",
            )
        passwords = {SOURCE_PASSWORD: self.source_password, TARGET_PASSWORD: self.target_password}
        return {MASK_KEY: key} | {name: ctx.secret(secret) for name, secret in passwords.items() if secret}
