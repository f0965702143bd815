"""Drop the stagings of before that nobody needs any more."""

from actions.api import Action, Context, Crash, Field, Outputs, Secret
from actions.database.addresses import DatabaseAddress, parse
from actions.database.job import TARGET_PASSWORD, Job
from actions.database.program import Program


class Forgotten(Outputs):
    """What was dropped."""

    dropped: list[str] = Field(default=[])


class Forget(Action[Forgotten]):
    """Drop the earlier stagings that were kept beside a database, but the newest few. There is no way back."""

    target: DatabaseAddress = Field(
        description="the database whose earlier stagings are dropped",
        examples=["postgresql://owner@db.example.org/shop"],
    )
    password: Secret | None = Field(
        default=None, description="password of its user", examples=["env:STAGING_DB_PASSWORD"]
    )
    keep: int = Field(default=0, ge=0, le=10, description="how many of the newest stay", examples=[0])

    @property
    def crash(self) -> Crash:
        """What is dropped stays dropped."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """What would be dropped, in words: the server is not asked."""
        del ctx
        but = f", but the {self.keep} newest" if self.keep else ""
        return f"All earlier stagings of {parse(self.target)}{but} are dropped."

    def run(self, ctx: Context) -> Forgotten:
        """Drop them."""
        ctx.begin(Forgotten())
        job = Job(task="forget", target=self.target, keep=self.keep)
        secrets = {TARGET_PASSWORD: ctx.secret(self.password)} if self.password else {}
        return Forgotten(dropped=Program(ctx).run(job, secrets=secrets).dropped)
