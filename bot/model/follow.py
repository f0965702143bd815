"""What people follow from Slack: resources that no stack.yml declares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.model.announce import Announce
from bot.model.watch import CheckUse, Resource, VersionFilter

#: The stack to which they belong; it has no folder and no jobs.
FOLLOWED = "followed"
#: Releases are no alarms, and without a token GitHub answers sixty requests an hour.
_EVERY_S = 3600.0
#: Where those are asked that have no address by themselves: wherever an operator says now.
_ADDRESSES: Mapping[str, Mapping[str, str]] = {
    "packages.pypi_releases": {"index": "{{ vars.python_index }}"},
    "packages.npm_releases": {"registry": "{{ vars.npm_registry }}"},
}


@dataclass(frozen=True, kw_only=True)
class Thing:
    """Something that can be followed, as it was understood."""

    #: `pypi:ansible-core`, in one spelling for all that people may write.
    name: str
    #: Without the address of a registry that an operator sets.
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
        use = self.thing.use
        return Resource(
            name=self.name,
            use=CheckUse(check=use.check, with_={**_ADDRESSES.get(use.check, {}), **use.with_}),
            every_s=_EVERY_S,
            filter=VersionFilter(range=self.thing.range),
            announce=Announce(channel=self.channel),
        )
