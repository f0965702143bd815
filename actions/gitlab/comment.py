"""Comment on a merge request on GitLab."""

from actions.api import Action, Context, Crash, Field, Outputs
from actions.edits.mark import marked
from actions.gitlab.client import Place, reach


class Commented(Outputs):
    """The comment; 0 while it is not written."""

    id: int = 0


class Comment(Action[Commented], Place):
    """Write a comment on a merge request; the same comment of the same run is edited, not repeated."""

    number: int = Field(ge=1, description="the merge request", examples=[42])
    text: str = Field(
        min_length=1, description="what to say, in Markdown", examples=["Ready: https://mr-42.example.org/"]
    )
    key: str | None = Field(
        default=None,
        description="a name: a later comment with the same one takes the place of the earlier",
        examples=["preview"],
    )

    @property
    def crash(self) -> Crash:
        """What was written already is found again by its mark."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """The comment as it would be."""
        if self.token:
            ctx.secret(self.token)
        return f"Comment on {self.project}!{self.number}:\n{self.text}"

    def run(self, ctx: Context) -> Commented:
        """Write it, or edit what has the same mark."""
        mark = marked(self.key or f"{ctx.run_name}\n{self.text}")
        body = f"{self.text}\n\n{mark}"
        with reach(ctx, self) as project:
            notes = project.mergerequests.get(self.number, lazy=True).notes
            known = next((one for one in notes.list(iterator=True) if mark in one.body), None)
            ctx.begin(Commented())
            if known:
                known.body = body
                known.save()
            written = known or notes.create({"body": body})
            ctx.log(f"Commented on {self.project}!{self.number}")
            return Commented(id=written.id)
