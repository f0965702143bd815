"""The pipelines of a GitLab project."""

from itertools import islice

from actions.api import Check, CheckContext, Field, Version
from actions.gitlab.client import Place, reach
from actions.gitlab.moments import moment

_NEWEST = 100


class Pipeline(Version):
    """A pipeline as it stands."""

    status: str = Field(default="", description="pending, running, success, failed, canceled, ...")
    commit: str = Field(default="", description="the commit that it is about")
    branch: str = Field(default="", description="the branch or tag of that commit")


class Pipelines(Check[Pipeline], Place):
    """The newest hundred pipelines of a project; one that comes to its end counts as changed."""

    ref: str | None = Field(default=None, description="only those of this branch or tag", examples=["main"])
    status: str | None = Field(
        default=None,
        description="only those that stand like this: running, success, failed and so on",
        examples=["failed"],
    )
    appeared = "was started"
    changed = "went on"

    def list_versions(self, ctx: CheckContext) -> list[Pipeline]:
        """How they stand now."""
        chosen = {name: value for name, value in (("ref", self.ref), ("status", self.status)) if value}
        with reach(ctx, self) as project:
            return [
                Pipeline(
                    number=one.id,
                    state=one.status,
                    name=f"{self.project} pipeline {one.id}",
                    title=f"{one.ref}: {one.status}",
                    url=one.web_url,
                    published_at=moment(one.created_at),
                    status=one.status,
                    commit=one.sha,
                    branch=one.ref,
                )
                for one in islice(project.pipelines.list(iterator=True, **chosen), _NEWEST)
            ]
