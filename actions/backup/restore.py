"""Bring a backup back."""

import shutil
from pathlib import Path
from typing import ClassVar

from actions.api import Action, ActionFailed, Cancelled, Context, Crash, Field, Outputs, Secret
from actions.backup.cli import DATABASE_PASSWORD
from actions.backup.databases import ADDRESS, Database
from actions.backup.meeting import Meeting, meet_in_program, rows_of
from actions.backup.repository import Repository
from actions.backup.snapshot import DUMP, Snapshot, find_snapshot

#: The folder in which files come, inside the one that they are for: so it takes no further right, nor another disk.
_COMING = ".stackhand-restoring"


class Restored(Outputs):
    """What was brought back."""

    snapshot: str = ""
    files: int = 0
    #: Of a database: the rows that each table has now.
    rows: dict[str, int] = Field(default={})


class Restore(Action[Restored]):
    """Bring a backup back: files into an empty folder, a database into an empty database. Nothing is written over."""

    #: Nothing is written over, so there is nothing to bring back.
    needs_undo: ClassVar[bool] = False

    repository: Repository = Field(
        description="where the backups are", examples=[{"place": "/srv/backups", "password": "env:BACKUP_PASSWORD"}]
    )
    name: str = Field(min_length=1, description="whose backup", examples=["shop"])
    snapshot: str = Field(
        default="latest", description="which one; the newest by default", examples=["latest", "5f3b1c2a"]
    )
    folder: str = Field(
        default="",
        pattern=r"^$|^/.+$",
        description="an empty folder, or one that is not there yet, for the files",
        examples=["/srv/restored"],
    )
    database: str = Field(
        default="",
        pattern=ADDRESS,
        description="an empty database, in the place of `folder`; of SQLite a file that is not there yet",
        examples=["postgresql://owner@db.example.org/shop_restored"],
    )
    database_password: Secret | None = Field(
        default=None, description="password of the database's user", examples=["env:DB_PASSWORD"]
    )

    @property
    def crash(self) -> Crash:
        """What a restore that broke off has left would be in the way of the next one."""
        return Crash.ATTACH

    def preview(self, ctx: Context) -> str:
        """Which backup would come back, and where. Restores nothing."""
        snapshot = find_snapshot(ctx, self.repository, self.name, self.snapshot)
        self._demand_fit(snapshot)
        if self.database:
            self._meet(ctx, Meeting(task="look", database=self.database))
        else:
            self._demand_room()
        return f"The backup {snapshot.id} of {self.name}, made {snapshot.made}, comes into {self._where}."

    def run(self, ctx: Context) -> Restored:
        """Bring it back."""
        snapshot = find_snapshot(ctx, self.repository, self.name, self.snapshot)
        self._demand_fit(snapshot)
        if self.folder:
            return self._restore_files(ctx, snapshot)
        ctx.begin(Restored(snapshot=snapshot.id))
        argv = self.repository.argv("dump", snapshot.id, DUMP)
        rows = self._meet(ctx, Meeting(task="restore", database=self.database, restic=argv))
        return Restored(snapshot=snapshot.id, files=1, rows=rows)

    def _restore_files(self, ctx: Context, snapshot: Snapshot) -> Restored:
        """They come beside their place, and take it when all are there."""
        place = Path(self.folder)
        coming, mark = place / _COMING, ctx.scratch / "began"
        # After a crash its place is not empty by its own doing: it goes on from there.
        is_new = not mark.exists()
        if is_new:
            self._demand_room()
        ctx.begin(Restored(snapshot=snapshot.id))
        if is_new:
            shutil.rmtree(coming, ignore_errors=True)
            mark.touch()
        try:
            self.repository.ask(ctx, "restore", snapshot.id, f"--target={coming}")
        except (ActionFailed, Cancelled):
            shutil.rmtree(coming, ignore_errors=True)
            raise
        if coming.exists():
            for path in list(coming.iterdir()):
                path.rename(place / path.name)
            coming.rmdir()
        return Restored(snapshot=snapshot.id, files=sum(path.is_file() for path in place.rglob("*")))

    @property
    def _where(self) -> str:
        return self.folder or self.database

    def _meet(self, ctx: Context, meeting: Meeting) -> dict[str, int]:
        secrets = {DATABASE_PASSWORD: ctx.secret(self.database_password)} if self.database_password else {}
        return rows_of(meet_in_program(ctx, meeting, store=self.repository.environment(ctx), database=secrets))

    def _demand_fit(self, snapshot: Snapshot) -> None:
        """Files go into a folder, a database into one of its own product."""
        if bool(self.folder) == bool(self.database):
            raise ActionFailed("A backup goes into a `folder` or into a `database`.", hint="Give one of them.")
        wanted = Database.parse(self.database).product if self.database else ""
        if self.database and wanted != snapshot.product:
            what = f"a {snapshot.product} database" if snapshot.product else "files"
            raise ActionFailed(f"The backup {snapshot.id} is of {what}.", hint="Give a place of the same kind.")

    def _demand_room(self) -> None:
        """Files are written into an empty place only. The program that loads a database asks it first by itself."""
        place = Path(self.folder)
        if place.is_file() or (place.is_dir() and any(path.name != _COMING for path in place.iterdir())):
            raise ActionFailed(f"There is something at {place} already.", hint="Restore into a new place, then swap.")
