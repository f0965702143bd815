"""The packages of a GitLab project."""

from actions.api import Check, CheckContext, Field, Version
from actions.gitlab.client import Place, reach
from actions.gitlab.moments import moment


class Packages(Check[Version], Place):
    """All versions of a package in a project's own registry; one that is deprecated counts as withdrawn."""

    package: str = Field(description="its name", examples=["shop-api"])
    kind: str | None = Field(default=None, description="its kind: generic, npm, pypi and so on", examples=["pypi"])
    lists_all = True
    appeared = "was published"

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """The versions that are there now: https://docs.gitlab.com/api/packages/#list-packages."""
        chosen = {"package_name": self.package, **({"package_type": self.kind} if self.kind else {})}
        with reach(ctx, self) as project:
            return [
                Version(
                    number=one.version,
                    name=f"{one.name} {one.version}",
                    url=f"{self.endpoint.rstrip('/')}{one.attributes.get('_links', {}).get('web_path', '')}",
                    published_at=moment(one.created_at),
                    is_yanked=one.status == "deprecated",
                )
                for one in project.packages.list(iterator=True, **chosen)
                # GitLab looks for names that are like it, and also lists what it could not read.
                if one.name == self.package and one.version and one.status != "error"
            ]
