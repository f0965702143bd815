"""Prove that a backup can be brought back."""

import shutil
from collections.abc import Mapping
from typing import ClassVar

from actions.api import Action, ActionFailed, Context, Crash, Field, HostState, Outputs, Secret
from actions.backup.cli import DATABASE_PASSWORD
from actions.backup.databases import ADDRESS, Database
from actions.backup.meeting import Meeting, meet_in_program, rows_of
from actions.backup.repository import Repository
from actions.backup.snapshot import DUMP, Snapshot, find_snapshot

#: PostgreSQL takes names of 63 bytes, MariaDB of 64 letters.
_NAME_LETTERS = 40
_HINT = "Do not count on this backup: make a new one, and look at the store's disk."


class Verified(Outputs):
    """What came back."""

    snapshot: str = ""
    files: int = 0
    bytes: int = 0
    #: Of a database: the rows of each table.
    rows: dict[str, int] = Field(default={})


class Verify(Action[Verified]):
    """Bring a backup back for a trial and count what came: files and bytes, or a database's rows, table by table."""

    #: Its trial is dropped again.
    needs_undo: ClassVar[bool] = False

    repository: Repository = Field(
        description="where the backups are", examples=[{"place": "/srv/backups", "password": "env:BACKUP_PASSWORD"}]
    )
    name: str = Field(min_length=1, description="whose backup", examples=["shop"])
    snapshot: str = Field(
        default="latest", description="which one; the newest by default", examples=["latest", "5f3b1c2a"]
    )
    rows: dict[str, int] = Field(
        default={},
        description="rows by table, as `backup.create` counted them; as many must come back",
        examples=[{"customers": 1000}],
    )
    scratch: str = Field(
        default="",
        pattern=ADDRESS,
        description="for PostgreSQL and MariaDB: any database of a server on which one may be made for the trial; "
        "it is dropped afterwards, and nothing else is touched",
        examples=["postgresql://owner@scratch-db.example.org/postgres"],
    )
    scratch_password: Secret | None = Field(
        default=None, description="password of that server's user", examples=["env:SCRATCH_DB_PASSWORD"]
    )

    @property
    def crash(self) -> Crash:
        """It only reads, and writes into a place of its own, which is made anew."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """Which backup would be proved. Restores nothing."""
        snapshot = find_snapshot(ctx, self.repository, self.name, self.snapshot)
        where = f" as {self._trial(ctx, snapshot)}" if snapshot.product else ""
        made = f"The backup {snapshot.id} of {self.name}, made {snapshot.made},"
        return f"{made} is restored for a trial{where} and counted."

    def run(self, ctx: Context) -> Verified:
        """Restore it, count, and compare."""
        snapshot = find_snapshot(ctx, self.repository, self.name, self.snapshot)
        if snapshot.product:
            return self._try_database(ctx, snapshot)
        ctx.begin(Verified(snapshot=snapshot.id))
        return self._try_files(ctx, snapshot)

    def _try_files(self, ctx: Context, snapshot: Snapshot) -> Verified:
        """Restic compares every content with its sum."""
        listed = self.repository.ask(ctx, "ls", snapshot.id)
        files = [row for row in listed if isinstance(row, dict) and row.get("type") == "file"]
        place = ctx.scratch / "restored"
        shutil.rmtree(place, ignore_errors=True)
        self.repository.ask(ctx, "restore", snapshot.id, f"--target={place}", "--verify")
        found = [path for path in place.rglob("*") if path.is_file() and not path.is_symlink()]
        came = Verified(snapshot=snapshot.id, files=len(found), bytes=sum(path.stat().st_size for path in found))
        shutil.rmtree(place)
        wanted = (len(files), sum(int(row.get("size", 0)) for row in files))
        if (came.files, came.bytes) != wanted:
            raise ActionFailed(
                f"Of the backup {snapshot.id} {came.files} files with {came.bytes} bytes came back, "
                f"and {wanted[0]} files with {wanted[1]} bytes had been saved.",
                hint=_HINT,
            )
        return came

    def _try_database(self, ctx: Context, snapshot: Snapshot) -> Verified:
        trial = self._trial(ctx, snapshot)
        ctx.begin(Verified(snapshot=snapshot.id))
        meeting = Meeting(
            task="try",
            database=self.scratch or f"sqlite://{trial}",
            restic=self.repository.argv("dump", snapshot.id, DUMP),
            trial=trial.name,
        )
        secrets = {DATABASE_PASSWORD: ctx.secret(self.scratch_password)} if self.scratch_password else {}
        rows = rows_of(meet_in_program(ctx, meeting, store=self.repository.environment(ctx), database=secrets))
        wanted = self.rows or rows
        for table in sorted({*rows, *wanted}):
            came = rows.get(table, 0)
            ctx.host(table, HostState.OK if came == wanted.get(table, 0) else HostState.FAILED, f"{came:,} rows")
        self._demand_rows(snapshot, rows)
        return Verified(snapshot=snapshot.id, files=1, rows=rows)

    def _demand_rows(self, snapshot: Snapshot, came: Mapping[str, int]) -> None:
        if not came:
            raise ActionFailed(f"In the backup {snapshot.id} there is no table.", hint=_HINT)
        if not self.rows:
            return
        tables = sorted({*came, *self.rows})
        wrong = [
            f"{table} has {came.get(table, 0):,} rows and had {self.rows.get(table, 0):,}"
            for table in tables
            if came.get(table, 0) != self.rows.get(table, 0)
        ]
        if wrong:
            raise ActionFailed(f"The backup {snapshot.id} is not whole: {'; '.join(wrong[:5])}.", hint=_HINT)

    def _trial(self, ctx: Context, snapshot: Snapshot) -> Database:
        """The database that is made for this trial, and dropped."""
        if snapshot.product == "sqlite":
            return Database.parse(f"sqlite://{ctx.scratch}/trial.db")
        server = Database.parse(self.scratch)
        if server.product != snapshot.product:
            raise ActionFailed(
                f"The backup {snapshot.id} is of a {snapshot.product} database, and has no server for its trial.",
                hint=f"Give one in `scratch`: {snapshot.product}://owner@host/database",
            )
        return server.named(f"{self.name[:_NAME_LETTERS]}_trial_{snapshot.id}")
