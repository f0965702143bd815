"""Check what a site answers."""

from typing import ClassVar

from actions.api import Action, ActionFailed, Context, Crash, Field, Outputs
from actions.http.client import Answer, ask

_PREVIEW_TIMEOUT_S = 3.0
_REDIRECTS = range(300, 400)


class Seen(Outputs):
    """What the site answered."""

    status: int


class Expect(Action[Seen]):
    """Check that a site answers as it should. Changes nothing; use the step's `retry` to give it time."""

    #: It only looks.
    needs_undo: ClassVar[bool] = False

    url: str = Field(description="the page", pattern=r"^https?://[^\s]+$", examples=["https://www.example.org/"])
    status: int = Field(default=200, ge=100, le=599, description="the status it must have", examples=[503])
    contains: str | None = Field(default=None, description="a text that must be on the page", examples=["Back soon"])
    absent: str | None = Field(default=None, description="a text that must not be on the page", examples=["Error"])
    headers: dict[str, str] = Field(
        default={},
        description="headers it must have, each with a text that its value holds; an empty one: any value",
        examples=[{"Retry-After": ""}],
    )
    timeout_s: float = Field(default=10, gt=0, le=600, description="seconds to wait for the answer", examples=[10])

    @property
    def crash(self) -> Crash:
        """Looking twice does no harm."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """What is expected, and what the site answers now: the steps before this one have not been done yet."""
        try:
            now = f"It answers {self._ask(ctx, min(self.timeout_s, _PREVIEW_TIMEOUT_S)).status} now."
        except ActionFailed as failed:
            now = f"Now: {failed.reason}"
        return f"{self.url} must answer {self._wanted()}. {now}"

    def run(self, ctx: Context) -> Seen:
        """Look once."""
        answer = self._ask(ctx, self.timeout_s)
        ctx.log(f"{self.url} answers {answer.status}")
        if wrong := self._wrong(answer):
            raise ActionFailed(wrong, hint="A cache may still serve the old page: ban it, or raise `retry`.")
        return Seen(status=answer.status)

    def _ask(self, ctx: Context, timeout_s: float) -> Answer:
        return ask(ctx, "GET", self.url, timeout_s=timeout_s, follow=self.status not in _REDIRECTS)

    def _wrong(self, answer: Answer) -> str:
        """The first thing that is not as it should be; empty if there is none."""
        if answer.status != self.status:
            return f"{self.url} answered {answer.status}, not {self.status}."
        if self.contains is not None and self.contains not in answer.body:
            return f'{self.url} does not show "{self.contains}".'
        if self.absent is not None and self.absent in answer.body:
            return f'{self.url} still shows "{self.absent}".'
        seen = {name.lower(): value for name, value in answer.headers.items()}
        for name, wanted in self.headers.items():
            value = seen.get(name.lower())
            if value is None:
                return f"{self.url} sends no header {name}."
            if wanted not in value:
                return f'{self.url} sends {name}: {value}, without "{wanted}".'
        return ""

    def _wanted(self) -> str:
        wanted = [str(self.status)]
        wanted += [f'with "{self.contains}"'] if self.contains is not None else []
        wanted += [f'without "{self.absent}"'] if self.absent is not None else []
        wanted += [f"with the header {name}" for name in self.headers]
        return ", ".join(wanted)
