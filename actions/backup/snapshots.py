"""Which backups there are."""

from collections.abc import Sequence
from datetime import datetime

from actions.api import ActionFailed, Check, CheckContext, Field, Version
from actions.backup.cli import read_now
from actions.backup.repository import Repository, is_missing
from actions.backup.snapshot import Snapshot, read_snapshots


class Snapshots(Check[Version]):
    """List the backups of a name."""

    lists_all = True

    repository: Repository = Field(
        description="where the backups are", examples=[{"place": "/srv/backups", "password": "env:BACKUP_PASSWORD"}]
    )
    name: str = Field(min_length=1, description="whose backups", examples=["shop"])

    def list_versions(self, ctx: CheckContext) -> Sequence[Version]:
        """One version per backup, by its id."""
        secrets = {name: ctx.secret(reference) for name, reference in self.repository.secret_env.items()}
        environment = {**secrets, "RESTIC_PASSWORD": ctx.secret(self.repository.password)}
        code, said, words = read_now(self.repository.argv("--no-cache", "snapshots", f"--tag={self.name}"), environment)
        if is_missing(code, words):
            return []
        if code != 0:
            raise ActionFailed(f"The backups in {self.repository.place} cannot be read: restic ended with code {code}.")
        return [self._shown(snapshot) for snapshot in read_snapshots([said])]

    def _shown(self, snapshot: Snapshot) -> Version:
        return Version(
            number=snapshot.id,
            name=f"{snapshot.made} ({snapshot.id})",
            published_at=datetime.fromisoformat(snapshot.made_at),
            title=f"Backup of {self.name}",
        )
