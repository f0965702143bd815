"""Open a pull request on GitHub that changes one value."""

from typing import Any

from actions.api import Action, ActionFailed, Context, Crash
from actions.edits.change import Change, Opened
from actions.github.client import Place, reach, unless_missing


class OpenPullRequest(Action[Opened], Place, Change):
    """Change one value of one file on a branch, and open a pull request for it; done twice it finds the first."""

    @property
    def crash(self) -> Crash:
        """The branch, the commit and the pull request are looked for before each is made."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """What would be changed."""
        with reach(ctx, self) as repository:
            base = self.base or repository.default_branch
            return self.plan(self.before(_text(repository, self.path, base)), "pull request", base)

    def run(self, ctx: Context) -> Opened:
        """Make what is not there yet of branch, commit and pull request."""
        with reach(ctx, self) as repository:
            base = self.base or repository.default_branch
            before = self.before(_text(repository, self.path, base))
            if before == self.value:
                ctx.log(self.plan(before, "pull request", base))
                return Opened(before=before, value=before)
            done = ctx.begin(Opened(branch=self.on_branch, before=before, value=self.value))
            self._write(repository, base)
            pull = self._open(repository, base)
            ctx.log(f"Pull request #{pull.number}: {pull.html_url}")
            return done.model_copy(update={"number": pull.number, "url": pull.html_url})

    def _write(self, repository: Any, base: str) -> None:
        ref = f"heads/{self.on_branch}"
        if unless_missing(lambda: repository.get_git_ref(ref).object.sha) is None:
            repository.create_git_ref(f"refs/{ref}", repository.get_git_ref(f"heads/{base}").object.sha)
        known = _file(repository, self.path, self.on_branch)
        text = known.decoded_content.decode()
        if self.before(text) != self.value:
            repository.update_file(self.path, self.title, self.changed(text), known.sha, branch=self.on_branch)

    def _open(self, repository: Any, base: str) -> Any:
        head = f"{self.repository.partition('/')[0]}:{self.on_branch}"
        known = next(iter(repository.get_pulls(state="open", head=head, base=base)), None)
        pull = known or repository.create_pull(base=base, head=self.on_branch, title=self.title, body=self.text)
        if missing := [label for label in self.labels if label not in {one.name for one in pull.labels}]:
            pull.add_to_labels(*missing)
        return pull


def _file(repository: Any, path: str, ref: str) -> Any:
    found = repository.get_contents(path, ref=ref)
    if isinstance(found, list):
        raise ActionFailed(f"{path} is a folder.", hint="Give the path of a file.")
    return found


def _text(repository: Any, path: str, ref: str) -> str:
    content: bytes = _file(repository, path, ref).decoded_content
    return content.decode()
