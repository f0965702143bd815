"""Start a pipeline on GitLab."""

from typing import Any

from actions.api import Action, ActionFailed, Context, Field, Outputs
from actions.gitlab.client import Place, reach

#: What GitLab calls complete, in its app/models/concerns/ci/has_status.rb; in every other state something is to come.
_OVER = {"success", "failed", "canceled", "skipped"}


class Triggered(Outputs):
    """The pipeline; 0 and empty while GitLab has not named it."""

    id: int = 0
    url: str = ""
    result: str = ""


class TriggerPipeline(Action[Triggered], Place):
    """Start a pipeline on a branch or tag and wait for its end, with the states of its jobs."""

    ref: str = Field(default="main", description="the branch or tag that it runs on", examples=["main"])
    variables: dict[str, str] = Field(default={}, description="its variables", examples=[{"DEPLOY_TO": "staging"}])
    wait: bool = Field(default=True, description="wait for its end, and fail when it fails?", examples=[False])
    every_s: float = Field(default=5, ge=0.05, le=300, description="seconds between two looks at it", examples=[5])
    timeout_s: float = Field(default=3600, gt=0, description="seconds that it may take", examples=[3600])

    def preview(self, ctx: Context) -> str:
        """What would be started."""
        if self.token:
            ctx.secret(self.token)
        given = "".join(f"\n{key}: {value}" for key, value in self.variables.items())
        return f"Start a pipeline of {self.project} on {self.ref}{given}"

    def run(self, ctx: Context) -> Triggered:
        """Start it, and maybe wait. When this run is cancelled, the pipeline goes on."""
        variables = [{"key": key, "value": value} for key, value in self.variables.items()]
        with reach(ctx, self) as project:
            ctx.begin(Triggered())
            started = project.pipelines.create({"ref": self.ref, "variables": variables})
            done = ctx.begin(Triggered(id=started.id, url=started.web_url))
            ctx.log(f"Started: {done.url}")
            return self._watched(ctx, project, done) if self.wait else done

    def _watched(self, ctx: Context, project: Any, done: Triggered) -> Triggered:
        shown: dict[str, str] = {}
        for pipeline in ctx.poll(lambda: project.pipelines.get(done.id), every_s=self.every_s, for_s=self.timeout_s):
            jobs = {job.name: job.status for job in pipeline.jobs.list(iterator=True)}
            for name, state in jobs.items():
                if shown.get(name) != state:
                    ctx.log(f"{name}: {state}")
            shown = jobs
            ctx.progress(sum(map(is_over, jobs.values())), len(jobs))
            if is_over(pipeline.status):
                return self._successful(done, pipeline.status)
        raise ActionFailed(f"The pipeline did not end within {self.timeout_s:g} s.", hint=f"See {done.url}")

    def _successful(self, done: Triggered, status: str) -> Triggered:
        if status != "success":
            raise ActionFailed(f"The pipeline of {self.project} ended with {status}.", hint=f"See {done.url}")
        return done.model_copy(update={"result": status})


def is_over(status: str) -> bool:
    """Has a pipeline or job of this status come to its end?"""
    return status in _OVER
