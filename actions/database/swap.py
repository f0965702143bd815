"""Put another database in the place of one."""

from datetime import UTC, datetime

from actions.api import Action, Context, Crash, Field, Outputs, Secret
from actions.database.addresses import DatabaseAddress, parse
from actions.database.job import TARGET_PASSWORD, Job
from actions.database.names import kept_name
from actions.database.program import Program


class Swapped(Outputs):
    """What stands where now."""

    #: The name of what stood there before, for the way back. While the swap is made: the name it will get.
    kept: str = ""


class Swap(Action[Swapped]):
    """Put another database of the same server in the place of this one, which is kept under a new name."""

    target: DatabaseAddress = Field(
        description="the database whose place is taken", examples=["postgresql://owner@db.example.org/shop"]
    )
    password: Secret | None = Field(
        default=None, description="password of its user", examples=["env:STAGING_DB_PASSWORD"]
    )
    incoming: str = Field(
        min_length=1, description="the database that takes its place", examples=["shop_before_20261124t143000125"]
    )

    @property
    def crash(self) -> Crash:
        """Both change their names at once, and their names say whether they have."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """What would stand where."""
        del ctx
        name = parse(self.target).name
        return f"{self.incoming} becomes {name}; what is {name} now is kept beside it."

    def run(self, ctx: Context) -> Swapped:
        """Swap them."""
        begun = ctx.begin(Swapped(kept=kept_name(parse(self.target).name, datetime.now(UTC))))
        job = Job(task="swap", target=self.target, incoming=self.incoming, kept=begun.kept)
        secrets = {TARGET_PASSWORD: ctx.secret(self.password)} if self.password else {}
        return Swapped(kept=Program(ctx).run(job, secrets=secrets).kept)

    def undo(self, done: Swapped) -> "Swap | None":
        """What stood there before comes back."""
        return self.model_copy(update={"incoming": done.kept}) if done.kept else None
