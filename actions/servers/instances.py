"""The servers of an account at Amazon (EC2)."""

from actions.api import Check, CheckContext, Field, Version
from actions.aws.client import Account
from actions.servers.client import Ec2
from actions.servers.provider import Server


class Instance(Version):
    """A server as it stands."""

    id: str = Field(default="", description="its id, like i-0abc")
    power: str = Field(default="", description="running, stopped or changing")
    address: str = Field(default="", description="where it is reached inside the cloud's network; may be empty")
    tags: dict[str, str] = Field(default={}, description="its tags")


class Instances(Check[Instance], Account):
    """The servers that an account has in a region; one that starts or stops counts as changed."""

    tags: dict[str, str] = Field(
        default={}, description="only those that have all of these tags", examples=[{"environment": "staging"}]
    )
    lists_all = True
    appeared = "was created"
    changed = "was started or stopped"
    left = "was deleted"

    def list_versions(self, ctx: CheckContext) -> list[Instance]:
        """Those that are there now; where two have one name, by their ids."""
        servers = Ec2(ctx, self).all(self.tags)
        names = [server.name for server in servers]
        return [_instance(server, is_alone=names.count(server.name) == 1) for server in servers]


def _instance(server: Server, *, is_alone: bool) -> Instance:
    return Instance(
        number=server.name if is_alone else server.id,
        state=server.power,
        title=f"{server.name}, {server.power}",
        id=server.id,
        power=server.power,
        address=server.address,
        tags=dict(server.tags),
    )
