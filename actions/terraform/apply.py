"""Make everything as a Terraform configuration describes it."""

from collections.abc import Sequence
from typing import Any

from pydantic import ConfigDict, JsonValue

import actions.terraform.destroy as destroy_all
from actions.api import Action, ActionFailed, Context, Crash, Field, Outputs
from actions.terraform.configuration import Configuration
from actions.terraform.planned import Planned
from actions.terraform.preview import plan_text


class Applied(Outputs):
    """What was done; and the outputs of the configuration that are no secrets, each under its own name."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue]

    created: int = 0
    changed: int = 0
    destroyed: int = 0
    #: Was nothing there before? Then an undo destroys all of it.
    was_empty: bool = False


class Apply(Action[Applied], Configuration):
    """Make everything as a Terraform configuration describes it: exactly what a fresh plan shows, and no more."""

    only_new: bool = Field(
        default=False,
        description="refuse when something is there already, which may be somebody else's",
        examples=[True],
    )
    began_empty: bool = Field(
        default=False, description="an earlier try found nothing there: an undo destroys all of it", examples=[True]
    )

    @property
    def crash(self) -> Crash:
        """It goes on without the bot. Of one that died with its machine nobody knows what it had under way."""
        return Crash.ATTACH

    def preview(self, ctx: Context) -> str:
        """All things that would be created, changed and destroyed, with their values. Locks nothing."""
        terraform = self.terraform(ctx)
        terraform.init(self.backend_config)
        planned = self.look(terraform, ctx, destroy=False)
        self._demand_room(planned)
        back = "Undo destroys all of it." if planned.was_empty else "It cannot be undone."
        return plan_text(planned, where=self.where, back=back, masked=ctx.masked)

    def run(self, ctx: Context) -> Applied:
        """Plan anew, and carry out that plan."""
        terraform = self.terraform(ctx)
        terraform.init(self.backend_config)
        planned = self.plan(terraform, ctx, destroy=False)
        self._demand_room(planned)
        begun = ctx.begin(Applied(was_empty=self.began_empty or planned.was_empty))
        report = self.apply(terraform, ctx, planned)
        own: dict[str, Any] = {name: report.counts.get(word, 0) for name, word in _COUNTED.items()}
        own |= {"was_empty": begun.was_empty}
        for name in sorted(own.keys() & report.outputs.keys()):
            ctx.log(f'The output "{name}" is not handed on: the step has one of that name itself.')
        return Applied.model_validate({**report.outputs, **own})

    def rest(self, done: Applied | None, hosts: Sequence[str]) -> "Apply":
        """The same; that nothing was there at first is kept in mind."""
        del hosts
        return self.model_copy(update={"began_empty": self.began_empty or (done is not None and done.was_empty)})

    def undo(self, done: Applied) -> "destroy_all.Destroy | None":
        """Destroy all of it, if nothing was there before. Else nobody knows how it was."""
        return destroy_all.Destroy.model_validate(self.shared()) if done.was_empty else None

    def _demand_room(self, planned: Planned) -> None:
        if self.only_new and not (planned.was_empty or self.began_empty):
            raise ActionFailed(
                f"There is something{self.where} already.", hint="Destroy that first, or take another workspace."
            )


#: Our words, and Terraform's.
_COUNTED = {"created": "add", "changed": "change", "destroyed": "remove"}
