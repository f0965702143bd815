"""Start a workflow on GitHub."""

from typing import Any

from actions.api import Action, ActionFailed, Context, Field, Outputs
from actions.github.client import Place, reach


class Dispatched(Outputs):
    """The run; 0 and empty while GitHub has not named it."""

    id: int = 0
    url: str = ""
    result: str = ""


class DispatchWorkflow(Action[Dispatched], Place):
    """Start a workflow by hand (`workflow_dispatch`) and wait for its end, with the states of its jobs."""

    workflow: str = Field(description="its file", examples=["deploy.yml"])
    ref: str = Field(default="main", description="the branch or tag that it runs on", examples=["main"])
    inputs: dict[str, str] = Field(default={}, description="its inputs", examples=[{"environment": "staging"}])
    wait: bool = Field(default=True, description="wait for its end, and fail when it fails?", examples=[False])
    every_s: float = Field(default=5, ge=0.05, le=300, description="seconds between two looks at it", examples=[5])
    timeout_s: float = Field(default=3600, gt=0, description="seconds that it may take", examples=[3600])

    def preview(self, ctx: Context) -> str:
        """What would be started."""
        with reach(ctx, self) as repository:
            name = repository.get_workflow(self.workflow).name
        given = "".join(f"\n{key}: {value}" for key, value in self.inputs.items())
        return f"Start “{name}” of {self.repository} on {self.ref}{given}"

    def run(self, ctx: Context) -> Dispatched:
        """Start it, and maybe wait. When this run is cancelled, the workflow goes on."""
        with reach(ctx, self) as repository:
            workflow = repository.get_workflow(self.workflow)
            ctx.begin(Dispatched())
            started = workflow.create_dispatch(self.ref, self.inputs, throw=True, return_run_details=True)
            done = ctx.begin(Dispatched(id=started.id, url=started.html_url))
            ctx.log(f"Started: {done.url}")
            return self._watched(ctx, repository, done) if self.wait else done

    def _watched(self, ctx: Context, repository: Any, done: Dispatched) -> Dispatched:
        shown: dict[str, str] = {}
        for run in ctx.poll(lambda: repository.get_workflow_run(done.id), every_s=self.every_s, for_s=self.timeout_s):
            jobs = {job.name: job.conclusion or job.status for job in run.jobs()}
            for name, state in jobs.items():
                if shown.get(name) != state:
                    ctx.log(f"{name}: {state}")
            shown = jobs
            ctx.progress(sum(job not in {"queued", "in_progress"} for job in jobs.values()), len(jobs))
            if run.status == "completed":
                return _successful(done, self.workflow, run.conclusion)
        raise ActionFailed(f"{self.workflow} did not end within {self.timeout_s:g} s.", hint=f"See {done.url}")


def _successful(done: Dispatched, workflow: str, result: str) -> Dispatched:
    if result != "success":
        raise ActionFailed(f"{workflow} ended with {result}.", hint=f"See {done.url}")
    return done.model_copy(update={"result": result})
