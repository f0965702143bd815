"""The releases of a GitHub repository."""

from itertools import islice

from actions.api import Check, CheckContext, Version
from actions.github.client import Place, reach

_NEWEST = 100


class Releases(Check[Version], Place):
    """The newest hundred releases of a repository, with their notes."""

    lists_newest = True
    appeared = "was released"
    changed = "was released again"

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """What is released now; drafts are not."""
        with reach(ctx, self) as repository:
            return [
                Version(
                    number=release.tag_name,
                    name=f"{self.repository} {release.tag_name}",
                    title=release.name or release.tag_name,
                    notes=release.body or "",
                    url=release.html_url,
                    published_at=release.published_at,
                    is_prerelease=release.prerelease,
                )
                for release in islice(repository.get_releases(), _NEWEST)
                if not release.draft
            ]
