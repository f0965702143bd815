"""The tags of a GitHub repository."""

from actions.api import Check, CheckContext, Version
from actions.github.client import Place, reach


class Tags(Check[Version], Place):
    """All tags of a repository; a tag that is moved to another commit counts as changed."""

    lists_all = True
    appeared = "was tagged"
    changed = "was moved"

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """The tags that are there now. GitHub lists them without their moments."""
        with reach(ctx, self) as repository:
            return [
                Version(number=tag.name, state=tag.commit.sha, name=f"{self.repository} {tag.name}")
                for tag in repository.get_tags()
            ]
