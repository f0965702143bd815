"""Back up files or a database."""

from typing import ClassVar

from actions.api import Action, ActionFailed, Context, Crash, Field, Outputs, Secret, StackPath
from actions.backup.cli import DATABASE_PASSWORD
from actions.backup.databases import ADDRESS, Database
from actions.backup.meeting import Meeting, meet_in_program, rows_of
from actions.backup.repository import Repository
from actions.backup.snapshot import DUMP, PRODUCT_TAG


class Saved(Outputs):
    """The snapshot that was made. All empty while it is made."""

    snapshot: str = ""
    files: int = 0
    bytes: int = 0
    #: Of a database: the rows that each table had in it. SQLite's tables without rows are left out.
    rows: dict[str, int] = Field(default={})


class Create(Action[Saved]):
    """Back up folders and files, or a whole database: encrypted, and only what has changed since the last time."""

    #: A backup changes nothing that would have to be reversed.
    needs_undo: ClassVar[bool] = False

    repository: Repository = Field(
        description="where backups are kept; made if it is not there",
        examples=[{"place": "/srv/backups", "password": "env:BACKUP_PASSWORD"}],
    )
    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9._-]*$",
        description="what it is a backup of; others find it by this",
        examples=["shop"],
    )
    paths: list[StackPath] = Field(default=[], description="folders and files", examples=[["/srv/shop/uploads"]])
    database: str = Field(
        default="",
        pattern=ADDRESS,
        description="the database, in the place of `paths`; without its password",
        examples=["postgresql://reader@db.example.org/shop"],
    )
    database_password: Secret | None = Field(
        default=None, description="password of the database's user", examples=["env:DB_PASSWORD"]
    )

    @property
    def crash(self) -> Crash:
        """A second snapshot does no harm, and half a snapshot is none."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """What would be saved, and where."""
        self._demand_files(ctx)
        what = self.database or ", ".join(self.paths)
        new = "" if self.repository.exists(ctx) else " (made anew)"
        return f"{what} is backed up as {self.name} into {self.repository.place}{new}."

    def run(self, ctx: Context) -> Saved:
        """Save it; a dump that breaks off leaves no snapshot."""
        self._demand_files(ctx)
        ctx.begin(Saved())
        if not self.repository.exists(ctx):
            self.repository.ask(ctx, "init")
        words = ["backup", f"--tag={self.name}"]
        if self.database:
            words += [f"--tag={PRODUCT_TAG}{Database.parse(self.database).product}"]
            argv = self.repository.argv(*words, "--stdin", f"--stdin-filename={DUMP}")
            said = meet_in_program(
                ctx,
                Meeting(task="save", database=self.database, restic=argv, unlock=self.repository.argv("unlock")),
                store=self.repository.environment(ctx),
                database={DATABASE_PASSWORD: ctx.secret(self.database_password)} if self.database_password else {},
            )
        else:
            said = self.repository.ask(ctx, *words, "--", *(str(ctx.path(path)) for path in self.paths))
        for line in said:
            if line.get("message_type") == "summary":
                return Saved(
                    snapshot=line["snapshot_id"],
                    files=line["total_files_processed"],
                    bytes=line["total_bytes_processed"],
                    rows=rows_of(said),
                )
        raise ActionFailed("restic made no snapshot.", hint="The log has its words.")

    def _demand_files(self, ctx: Context) -> None:
        if bool(self.paths) == bool(self.database):
            raise ActionFailed("A backup is of `paths` or of a `database`.", hint="Give one of them.")
        for written in self.paths:
            if not ctx.path(written).exists():
                raise ActionFailed(f"There is nothing at {written} to back up.", hint="Mend its path.")
