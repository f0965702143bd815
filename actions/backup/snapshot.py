"""One backup that was made."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from actions.api import ActionFailed, Context
from actions.backup.repository import Repository

#: What a dump is called in its snapshot.
DUMP = "/dump"
#: How the snapshot of a database says of which product it is. No backup's name holds a colon.
PRODUCT_TAG = "product:"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What restic says of it."""

    id: str
    #: As restic writes it: "2026-03-01T12:00:00.123456789Z".
    made_at: str
    paths: tuple[str, ...]
    #: Of a database: "postgresql", "mariadb" or "sqlite". Empty: files.
    product: str

    @property
    def made(self) -> str:
        """When it was made, as people read it."""
        return f"{datetime.fromisoformat(self.made_at).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def read_snapshots(said: list[Any]) -> list[Snapshot]:
    """The snapshots in restic's answer, the newest first."""
    rows = [row for part in said if isinstance(part, list) for row in part]
    return sorted(map(_snapshot, rows), key=lambda snapshot: snapshot.made_at, reverse=True)


def _snapshot(row: dict[str, Any]) -> Snapshot:
    products = [tag.removeprefix(PRODUCT_TAG) for tag in row.get("tags") or () if tag.startswith(PRODUCT_TAG)]
    return Snapshot(
        id=row["short_id"],
        made_at=row["time"],
        paths=tuple(row["paths"] or ()),
        product=products[0] if products else "",
    )


def find_snapshot(ctx: Context, repository: Repository, name: str, wanted: str) -> Snapshot:
    """The backup that is meant: "latest", or the begin of an id. Raises ActionFailed if there is none."""
    found = read_snapshots(repository.ask(ctx, "snapshots", f"--tag={name}"))
    if not found:
        raise ActionFailed(f"There is no backup of {name} in {repository.place}.", hint="Make one first.")
    if wanted == "latest":
        return found[0]
    for snapshot in found:
        if wanted.startswith(snapshot.id) or (len(wanted) >= 4 and snapshot.id.startswith(wanted)):
            return snapshot
    newest = ", ".join(snapshot.id for snapshot in found[:3])
    raise ActionFailed(f"There is no backup {wanted} of {name}.", hint=f"The newest ones are {newest}.")
