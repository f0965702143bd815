"""End a silence before its time."""

from actions.api import Action, Context, Crash, Field, Outputs, Secret
from actions.monitoring.client import Alertmanager, Muted, Url, in_utc
from actions.monitoring.matchers import Matcher


class Unsilenced(Outputs):
    """The silence that was ended; empty if there was nothing to end."""

    silence: str = ""
    #: The silences by which some of its alerts stay silent: whose, until when, and why.
    still: list[str] = Field(default=[])


class Unsilence(Action[Unsilenced]):
    """End a silence now, so that its alerts are told again. One that has ended already is left as it is.

    There is no undo: silence the alerts again, with a reason of today.
    """

    url: Url = Field(description="Alertmanager's address", examples=["https://alerts.example.org"])
    token: Secret | None = Field(default=None, description="bearer token for it", examples=["env:ALERTS_TOKEN"])
    silence: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9-]*$",
        description="the silence's id; empty: the one with these `matchers` and this `comment`",
        examples=["8f6d1f5e-5a0c-4c53-9a3c-0c7f6d8a3f10"],
    )
    matchers: list[Matcher] = Field(default=[], description="its matchers", examples=[['service="shop"']])
    comment: str = Field(default="", description="its whole comment", examples=["Deployment (deploy #12)"])

    @property
    def crash(self) -> Crash:
        """What has ended stays ended."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """Whose silence would end."""
        manager = Alertmanager(ctx, self.url, self.token)
        found = self._found(manager)
        if found is None or found.is_over:
            return "The silence has ended already: nothing to do."
        ends = (
            f"Would end the silence of {', '.join(found.written)} by {found.created_by}, "
            f"which else ends at {in_utc(found.ends_at)}: {found.comment}"
        )
        return "\n".join([ends, *(_stays(one.told) for one in manager.beside(found))])

    def run(self, ctx: Context) -> Unsilenced:
        """End it, if it has not ended."""
        manager = Alertmanager(ctx, self.url, self.token)
        found = self._found(manager)
        if found is None or found.is_over:
            ctx.log("The silence has ended already.")
            return Unsilenced()
        ctx.begin(Unsilenced(silence=found.id))
        manager.expire(found.id)
        ctx.log(f"Ended the silence of {', '.join(found.written)}: {found.id}")
        still = [one.told for one in manager.beside(found)]
        for one in still:
            ctx.log(_stays(one))
        return Unsilenced(silence=found.id, still=still)

    def _found(self, manager: Alertmanager) -> Muted | None:
        return manager.silence(self.silence) if self.silence else manager.find(self.matchers, self.comment)


def _stays(told: str) -> str:
    return f"Alerts of it stay silent, by {told}"
