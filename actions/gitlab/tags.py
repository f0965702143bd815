"""The tags of a GitLab project."""

from actions.api import Check, CheckContext, Version
from actions.gitlab.client import Place, reach
from actions.gitlab.moments import moment


class Tags(Check[Version], Place):
    """All tags of a project; a tag that is moved to another commit counts as changed."""

    lists_all = True
    appeared = "was tagged"
    changed = "was moved"

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """The tags that are there now, with the notes of their releases."""
        with reach(ctx, self) as project:
            return [
                Version(
                    number=tag.name,
                    state=tag.commit["id"],
                    name=f"{self.project} {tag.name}",
                    title=tag.commit["title"],
                    notes=(tag.release or {}).get("description") or tag.message or "",
                    url=tag.commit["web_url"],
                    published_at=moment(tag.attributes.get("created_at") or tag.commit["created_at"]),
                )
                for tag in project.tags.list(iterator=True)
            ]
