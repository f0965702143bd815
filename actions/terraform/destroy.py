"""Destroy everything that Terraform has made."""

from actions.api import Action, ActionFailed, Context, Crash, Outputs
from actions.terraform.configuration import Configuration
from actions.terraform.preview import plan_text


class Destroyed(Outputs):
    """How much was destroyed."""

    destroyed: int = 0


class Destroy(Action[Destroyed], Configuration):
    """Destroy everything that Terraform has made in a workspace, and the workspace once nothing is in it."""

    @property
    def crash(self) -> Crash:
        """It goes on without the bot. Of one that died with its machine nobody knows what it had under way."""
        return Crash.ATTACH

    def preview(self, ctx: Context) -> str:
        """All things that would be destroyed. Locks nothing."""
        terraform = self.terraform(ctx)
        terraform.init(self.backend_config)
        if not terraform.has_workspace():
            return self._nothing
        planned = self.plan(terraform, ctx, destroy=True)
        if not planned.changes:
            return self._nothing
        return plan_text(planned.model_copy(update={"output_changes": {}}), where=self.where, masked=ctx.masked)

    def run(self, ctx: Context) -> Destroyed:
        """Plan anew, and carry out that plan."""
        terraform = self.terraform(ctx)
        terraform.init(self.backend_config)
        if not terraform.has_workspace():
            ctx.log(self._nothing)
            return Destroyed()
        planned = self.plan(terraform, ctx, destroy=True)
        ctx.begin(Destroyed())
        report = self.apply(terraform, ctx, planned)
        if not self.targets and (why := terraform.delete_workspace()):
            raise ActionFailed(
                f"Everything is destroyed{self.where}, but the workspace stays: {why}.",
                hint=f"Look what is in it: {self.program} state list",
            )
        return Destroyed(destroyed=int(report.counts.get("remove", 0)))

    @property
    def _nothing(self) -> str:
        return f"Nothing to destroy{self.where}."
