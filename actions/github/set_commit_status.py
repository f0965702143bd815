"""Say on GitHub how a commit fares."""

from typing import Literal

from actions.api import Action, Context, Crash, Field, Outputs
from actions.github.client import Place, reach


class Said(Outputs):
    """What was said; empty while it is not."""

    state: str = ""


class SetCommitStatus(Action[Said], Place):
    """Set the status of a commit, which its pull requests show."""

    commit: str = Field(description="its full name, or a branch", examples=["6dcb09b5b57875f334f61aebed695e2e4193db5e"])
    state: Literal["pending", "success", "failure", "error"] = Field(description="how it fares", examples=["success"])
    context: str = Field(default="stackhand", description="what it is about", examples=["preview"])
    text: str = Field(default="", max_length=140, description="a few words more", examples=["Deployed in 40 s"])
    url: str = Field(default="", description="where people read more", examples=["https://pr-42.example.org/"])

    @property
    def crash(self) -> Crash:
        """The newest status of a context counts, however often it is said."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """What would be said."""
        if self.token:
            ctx.secret(self.token)
        return f"{self.repository}@{self.commit[:12]}: {self.context} is {self.state} {self.text}".rstrip()

    def run(self, ctx: Context) -> Said:
        """Say it."""
        with reach(ctx, self) as repository:
            commit = repository.get_commit(self.commit)
            ctx.begin(Said())
            more = {"target_url": self.url} if self.url else {}
            commit.create_status(self.state, description=self.text, context=self.context, **more)
        return Said(state=self.state)
