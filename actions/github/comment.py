"""Comment on a pull request or an issue on GitHub."""

from actions.api import Action, Context, Crash, Field, Outputs
from actions.edits.mark import marked
from actions.github.client import Place, reach


class Commented(Outputs):
    """The comment; empty while it is not written."""

    url: str = ""


class Comment(Action[Commented], Place):
    """Write a comment on a pull request or an issue; the same comment of the same run is edited, not repeated."""

    number: int = Field(ge=1, description="the pull request or issue", examples=[42])
    text: str = Field(
        min_length=1, description="what to say, in Markdown", examples=["Ready: https://pr-42.example.org/"]
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
        return f"Comment on {self.repository}#{self.number}:\n{self.text}"

    def run(self, ctx: Context) -> Commented:
        """Write it, or edit what has the same mark."""
        mark = marked(self.key or f"{ctx.run_name}\n{self.text}")
        body = f"{self.text}\n\n{mark}"
        with reach(ctx, self) as repository:
            issue = repository.get_issue(self.number)
            known = next((one for one in issue.get_comments() if mark in (one.body or "")), None)
            ctx.begin(Commented())
            if known:
                known.edit(body)
            written = known or issue.create_comment(body)
            ctx.log(f"Commented: {written.html_url}")
            return Commented(url=written.html_url)
