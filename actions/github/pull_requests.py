"""The pull requests of a GitHub repository."""

from typing import Any

from actions.api import Check, CheckContext
from actions.edits.proposal import Proposal, Proposals
from actions.github.client import Place, reach


class PullRequests(Proposals, Check[Proposal], Place):
    """The pull requests of a repository; one that is pushed to counts as changed, one that is closed as gone."""

    def list_versions(self, ctx: CheckContext) -> list[Proposal]:
        """Those that are there now."""
        chosen = {"base": self.base} if self.base else {}
        state = "open" if self.status == "open" else "closed"
        with reach(ctx, self) as repository:
            listed = repository.get_pulls(state=state, **chosen)
            return [self._version(pull) for pull in listed if self._counts(pull)]

    def _counts(self, pull: Any) -> bool:
        if self.status == "merged" and pull.merged_at is None:
            return False
        if self.label is not None and self.label not in {label.name for label in pull.labels}:
            return False
        if pull.draft and not self.drafts:
            return False
        if not self.paths:
            return True
        return self.touches(file.filename for file in pull.get_files())

    def _version(self, pull: Any) -> Proposal:
        return Proposal(
            number=pull.number,
            state=pull.head.sha,
            name=f"{self.repository}#{pull.number}",
            title=pull.title,
            notes=pull.body or "",
            url=pull.html_url,
            published_at=pull.created_at,
            commit=pull.head.sha,
            branch=pull.head.ref,
            base=pull.base.ref,
            author=pull.user.login,
            labels=[label.name for label in pull.labels],
            is_draft=pull.draft,
        )
