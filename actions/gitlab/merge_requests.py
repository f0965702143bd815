"""The merge requests of a GitLab project."""

from typing import Any

from actions.api import Check, CheckContext
from actions.edits.proposal import Proposal, Proposals
from actions.gitlab.client import Place, reach
from actions.gitlab.moments import moment


class MergeRequests(Proposals, Check[Proposal], Place):
    """The merge requests of a project; one that is pushed to counts as changed, one that is closed as gone."""

    def list_versions(self, ctx: CheckContext) -> list[Proposal]:
        """Those that are there now."""
        chosen = {"state": "opened" if self.status == "open" else "merged"}
        chosen |= {"labels": self.label} if self.label else {}
        chosen |= {"target_branch": self.base} if self.base else {}
        with reach(ctx, self) as project:
            listed = project.mergerequests.list(iterator=True, **chosen)
            return [self._version(one) for one in listed if self._counts(project, one)]

    def _counts(self, project: Any, one: Any) -> bool:
        if one.draft and not self.drafts:
            return False
        if not self.paths:
            return True
        diffs = project.manager.gitlab.http_list(f"{one.manager.path}/{one.iid}/diffs", iterator=True)
        return self.touches(diff[key] for diff in diffs for key in ("old_path", "new_path"))

    def _version(self, one: Any) -> Proposal:
        return Proposal(
            number=one.iid,
            state=one.sha or "",
            name=f"{self.project}!{one.iid}",
            title=one.title,
            notes=one.description or "",
            url=one.web_url,
            published_at=moment(one.created_at),
            commit=one.sha or "",
            branch=one.source_branch,
            base=one.target_branch,
            author=one.author["username"],
            labels=one.labels,
            is_draft=one.draft,
        )
