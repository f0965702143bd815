"""The servers that an action is about: which ones, in which order, how many at a time."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from actions.api import ActionFailed, Context, Field, Outputs
from actions.aws.client import Account
from actions.servers.client import Ec2
from actions.servers.provider import Power, Provider, Server

_Names = Annotated[list[str], Field(min_length=1)]
_Tags = Annotated[dict[str, str], Field(min_length=1)]


class Switched(Outputs):
    """Which servers were switched, and so are for an undo; those that stood right already are not among them."""

    #: Ids, in the order in which it was done.
    changed: list[str] = Field(default=[])


class Fleet(Account):
    """The fields that all actions on servers share."""

    provider: Literal["ec2"] = Field(default="ec2", description="whose cloud it is", examples=["ec2"])
    servers: _Names | _Tags = Field(
        description="servers by name or id, in the order to go by; or the tags that all of them have",
        examples=[["db1", "web1", "web2"], {"environment": "staging"}],
    )
    order_tag: str | None = Field(
        default=None,
        description="tag whose number says when a server's turn is; stopping goes backwards",
        examples=["start-order"],
    )
    serial: int | None = Field(
        default=None,
        ge=1,
        description="how many at a time; a batch that fails ends it. None: all at once",
        examples=[2],
    )
    health: str | None = Field(
        default=None,
        pattern=r"^(https?|tcp)://[^\s]+$",
        description="what must answer before the next batch; {address} and {name} are the server's",
        examples=["http://{address}:8080/health", "tcp://{address}:22"],
    )
    wait_s: float = Field(
        default=300, gt=0, le=3600, description="seconds that a batch may take until it stands right", examples=[300]
    )
    every_s: float = Field(default=3, gt=0, le=60, description="seconds between two looks", examples=[3])
    done_hosts: list[str] = Field(
        default=[], description="servers that an earlier try has finished: left out now", examples=[["web1"]]
    )
    changed_before: list[str] = Field(
        default=[], description="ids that an earlier try has switched: an undo reaches them too", examples=[["i-1"]]
    )

    def cloud(self, ctx: Context) -> Provider:
        """The cloud that has them."""
        return Ec2(ctx, self)

    def found(self, cloud: Provider, *, backwards: bool = False) -> dict[str, Server]:
        """The servers that are still to do, in order, by what people call them.

        Raises ActionFailed if there is none, or the order is not known.
        """
        servers = cloud.find(self.servers)
        if self.order_tag:
            servers = sorted(servers, key=self._turn, reverse=backwards)
        times = Counter(server.name for server in servers)
        called = {
            server.name if times[server.name] == 1 else f"{server.name} {server.id}": server for server in servers
        }
        return {name: server for name, server in called.items() if name not in self.done_hosts}

    def left_out(self, done: Switched | None, hosts: Sequence[str]) -> dict[str, list[str]]:
        """What changes in the fields for a further try, when *hosts* are done."""
        return {"done_hosts": [*self.done_hosts, *hosts], "changed_before": done.changed if done else []}

    def only(self, ids: Sequence[str]) -> dict[str, Any]:
        """The fields for another action on just the servers with these *ids*, in this order."""
        mine = {name: getattr(self, name) for name in Fleet.model_fields}
        return mine | {"servers": list(ids), "done_hosts": [], "changed_before": []}

    def _turn(self, server: Server) -> int:
        written = server.tags.get(self.order_tag or "", "0")
        try:
            return int(written)
        except ValueError:
            raise ActionFailed(
                f"The tag {self.order_tag} of {server.name} is {written!r}, not a number.", hint="Nothing was changed."
            ) from None


def forecast(servers: dict[str, Server], wanted: Power, verb: str, serial: int | None) -> str:
    """How they stand and what would be done: "2 running, 1 stopped already. Would stop web1, web2"."""
    counts = Counter(server.power for server in servers.values())
    stand = ", ".join(
        f"{count} {'on the way' if power is Power.CHANGING else power}{' already' if power is wanted else ''}"
        for power, count in counts.items()
    )
    todo = [name for name, server in servers.items() if server.power is not wanted]
    if not todo:
        return f"{stand}. Nothing to do."
    pace = f", {serial} at a time" if serial and serial < len(todo) else ""
    return f"{stand}. Would {verb} {', '.join(todo)}{pace}."


def batches(servers: dict[str, Server], serial: int | None) -> list[Sequence[str]]:
    """Their names, as many together as may be worked on at a time."""
    names = list(servers)
    size = serial or max(len(names), 1)
    return [names[start : start + size] for start in range(0, len(names), size)]
