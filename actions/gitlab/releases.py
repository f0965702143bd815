"""The releases of a GitLab project."""

from itertools import islice

from actions.api import Check, CheckContext, Version
from actions.gitlab.client import Place, reach
from actions.gitlab.moments import moment

_NEWEST = 100


class Releases(Check[Version], Place):
    """The newest hundred releases of a project, with their notes."""

    lists_newest = True
    appeared = "was released"

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """What is released now; a release of the future counts as one for trying out."""
        with reach(ctx, self) as project:
            return [
                Version(
                    number=one.tag_name,
                    name=f"{self.project} {one.tag_name}",
                    title=one.name or one.tag_name,
                    notes=one.description or "",
                    url=one.attributes.get("_links", {}).get("self", ""),
                    published_at=moment(one.released_at),
                    is_prerelease=bool(one.attributes.get("upcoming_release")),
                )
                for one in islice(project.releases.list(iterator=True), _NEWEST)
            ]
