"""Let go of backups that the rule does not keep."""

from pydantic import BaseModel, ConfigDict, model_validator

from actions.api import Action, Context, Crash, Field, Outputs
from actions.backup.repository import Repository


class Keep(BaseModel):
    """How many stay: the newest of so many days, weeks and so on; one may be kept for several reasons."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    last: int = Field(default=0, ge=0, description="the newest", examples=[3])
    hourly: int = Field(default=0, ge=0, description="the last of so many hours", examples=[24])
    daily: int = Field(default=0, ge=0, description="the last of so many days", examples=[7])
    weekly: int = Field(default=0, ge=0, description="the last of so many weeks", examples=[5])
    monthly: int = Field(default=0, ge=0, description="the last of so many months", examples=[12])
    yearly: int = Field(default=0, ge=0, description="the last of so many years", examples=[3])

    @model_validator(mode="after")
    def _keeps_something(self) -> "Keep":
        if not any(self.model_dump().values()):
            raise ValueError("a rule that keeps nothing would delete every backup; write e.g. {daily: 7, weekly: 5}")
        return self

    def words(self) -> list[str]:
        """Restic's words for it."""
        return [f"--keep-{name}={count}" for name, count in self.model_dump().items() if count]


class Pruned(Outputs):
    """What stays and what went."""

    kept: int = 0
    removed: list[str] = Field(default=[])


class Prune(Action[Pruned]):
    """Delete the backups of a name that a rule does not keep, and free their space. There is no way back."""

    repository: Repository = Field(
        description="where the backups are", examples=[{"place": "/srv/backups", "password": "env:BACKUP_PASSWORD"}]
    )
    name: str = Field(min_length=1, description="whose backups", examples=["shop"])
    keep: Keep = Field(description="which ones stay", examples=[{"daily": 7, "weekly": 5, "monthly": 12}])

    @property
    def crash(self) -> Crash:
        """What is deleted stays deleted, and the rule is the same."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """How many would stay and go. Deletes nothing."""
        done = self._forget(ctx, "--dry-run", "--no-lock")
        return f"{done.kept} backups of {self.name} stay, {len(done.removed)} are deleted."

    def run(self, ctx: Context) -> Pruned:
        """Delete them."""
        ctx.begin(Pruned())
        # Of those that have died on this machine, and of those elsewhere that have not been heard of for half an hour.
        self.repository.ask(ctx, "unlock")
        return self._forget(ctx, "--prune")

    def _forget(self, ctx: Context, *how: str) -> Pruned:
        # All of a name are one row of backups, from whichever machine and of whatever paths they are.
        words = ["forget", *how, f"--tag={self.name}", "--group-by=", *self.keep.words()]
        groups = [group for said in self.repository.ask(ctx, *words) if isinstance(said, list) for group in said]
        removed = [snapshot["short_id"] for group in groups for snapshot in group["remove"] or []]
        return Pruned(kept=sum(len(group["keep"] or []) for group in groups), removed=removed)
