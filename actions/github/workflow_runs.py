"""The runs of workflows on GitHub."""

from itertools import islice
from typing import Any

from actions.api import Check, CheckContext, Field, Version
from actions.github.client import Place, reach

_NEWEST = 100


class WorkflowRun(Version):
    """A run of a workflow as it stands."""

    workflow: str = Field(default="", description="the workflow's name")
    status: str = Field(default="", description="queued, in_progress or completed")
    result: str = Field(default="", description="success, failure, cancelled, ...; empty while it runs")
    commit: str = Field(default="", description="the commit that it is about")
    branch: str = Field(default="", description="the branch of that commit")


class WorkflowRuns(Check[WorkflowRun], Place):
    """The newest hundred runs of a repository's workflows; one that comes to its end counts as changed."""

    workflow: str | None = Field(default=None, description="only those of this file", examples=["deploy.yml"])
    branch: str | None = Field(default=None, description="only those of this branch", examples=["main"])
    status: str | None = Field(
        default=None,
        description="only those that stand or ended like this: in_progress, for example success",
        examples=["failure"],
    )
    appeared = "was started"
    changed = "went on"

    def list_versions(self, ctx: CheckContext) -> list[WorkflowRun]:
        """How they stand now."""
        chosen: dict[str, Any] = {
            name: value for name, value in (("branch", self.branch), ("status", self.status)) if value
        }
        with reach(ctx, self) as repository:
            source = repository.get_workflow(self.workflow).get_runs if self.workflow else repository.get_workflow_runs
            return [
                WorkflowRun(
                    number=run.id,
                    state=f"{run.status} {run.conclusion or ''}".strip(),
                    name=f"{run.name} #{run.run_number}",
                    title=run.display_title,
                    url=run.html_url,
                    published_at=run.created_at,
                    workflow=run.name,
                    status=run.status,
                    result=run.conclusion or "",
                    commit=run.head_sha,
                    branch=run.head_branch or "",
                )
                for run in islice(source(**chosen), _NEWEST)
            ]
