"""What people follow from Slack: resources that no stack.yml declares."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.announce import Announce
from bot.model.watch import CheckUse, Resource, VersionFilter

#: The stack to which they belong; it has no folder and no jobs.
FOLLOWED = "followed"
#: Releases are no alarms, and without a token GitHub answers sixty requests an hour.
_EVERY_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class Thing:
    """Something that can be followed, as it was understood."""

    #: `pypi:ansible-core`, in one spelling for all that people may write.
    name: str
    use: CheckUse
    range: str | None = None


@dataclass(frozen=True, kw_only=True)
class Follow:
    """A thing that a channel is told of."""

    thing: Thing
    #: An id, or "#dev".
    channel: str
    #: What people call it: "#dev"; empty where nobody told.
    channel_name: str = ""
    by_id: str
    by: str
    since: datetime

    @property
    def name(self) -> str:
        """Its resource: one for each channel."""
        return f"{self.thing.name} in {self.channel_name or self.channel}"

    @property
    def resource(self) -> Resource:
        """The same as one of YAML."""
        return Resource(
            name=self.name,
            use=self.thing.use,
            every_s=_EVERY_S,
            filter=VersionFilter(range=self.thing.range),
            announce=Announce(channel=self.channel),
        )
