"""Open a merge request on GitLab that changes one value."""

from typing import Any

from actions.api import Action, Context, Crash
from actions.edits.change import Change, Opened
from actions.gitlab.client import Place, reach, unless_missing


class OpenMergeRequest(Action[Opened], Place, Change):
    """Change one value of one file on a branch, and open a merge request for it; done twice it finds the first."""

    @property
    def crash(self) -> Crash:
        """The branch, the commit and the merge request are looked for before each is made."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """What would be changed."""
        with reach(ctx, self) as project:
            base = self._base(project)
            return self.plan(self.before(_text(project, self.path, base)), "merge request", base)

    def run(self, ctx: Context) -> Opened:
        """Make what is not there yet of branch, commit and merge request."""
        with reach(ctx, self) as project:
            base = self._base(project)
            before = self.before(_text(project, self.path, base))
            if before == self.value:
                ctx.log(self.plan(before, "merge request", base))
                return Opened(before=before, value=before)
            done = ctx.begin(Opened(branch=self.on_branch, before=before, value=self.value))
            self._write(project, base)
            request = self._open(project, base)
            ctx.log(f"Merge request !{request.iid}: {request.web_url}")
            return done.model_copy(update={"number": request.iid, "url": request.web_url})

    def _base(self, project: Any) -> str:
        if self.base:
            return self.base
        whole = project.manager.get(project.get_id())
        return str(whole.default_branch)

    def _write(self, project: Any, base: str) -> None:
        if unless_missing(lambda: project.branches.get(self.on_branch)) is None:
            project.branches.create({"branch": self.on_branch, "ref": base})
        text = _text(project, self.path, self.on_branch)
        if self.before(text) != self.value:
            change = {"action": "update", "file_path": self.path, "content": self.changed(text)}
            project.commits.create({"branch": self.on_branch, "commit_message": self.title, "actions": [change]})

    def _open(self, project: Any, base: str) -> Any:
        sides = {"source_branch": self.on_branch, "target_branch": base}
        known = next(iter(project.mergerequests.list(iterator=True, state="opened", **sides)), None)
        if known:
            return known
        return project.mergerequests.create(
            {
                **sides,
                "title": self.title,
                "description": self.text,
                "labels": self.labels,
                "remove_source_branch": True,
            }
        )


def _text(project: Any, path: str, ref: str) -> str:
    content: bytes = project.files.get(path, ref).decode()
    return content.decode()
