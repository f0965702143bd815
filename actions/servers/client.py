"""Amazon's servers (EC2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from actions.api import ActionFailed, CheckContext, Context
from actions.aws.client import Account, connect, told
from actions.servers.provider import Power, Server

#: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
_POWERS = {
    "pending": Power.CHANGING,
    "running": Power.RUNNING,
    "stopping": Power.CHANGING,
    "stopped": Power.STOPPED,
    "shutting-down": Power.GONE,
    "terminated": Power.GONE,
}
#: The most values that one filter takes.
_AT_ONCE = 200


class Ec2:
    """The servers of one account in one region: a `Provider`."""

    def __init__(self, ctx: Context | CheckContext, account: Account) -> None:
        self._region = account.region
        self._ec2 = connect(ctx, account, "ec2")

    def find(self, which: Sequence[str] | Mapping[str, str]) -> list[Server]:
        """See `Provider`."""
        if not isinstance(which, Mapping):
            return self._named(which)
        found = self.all(which)
        if not found:
            wanted = ", ".join(f"{key}={value}" for key, value in which.items())
            raise ActionFailed(f"No server has the tags {wanted} in {self._region}.", hint="Nothing was changed.")
        return found

    def all(self, tags: Mapping[str, str]) -> list[Server]:
        """The servers that have all of these tags, by name; without tags all of them. There may be none."""
        found = self._described([{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()])
        return sorted(found, key=lambda server: (server.name, server.id))

    def look(self, id: str) -> Server:
        """See `Provider`."""
        found = told(lambda: self._ec2.describe_instances(InstanceIds=[id]))
        return next(_servers([found]))

    def start(self, id: str) -> None:
        """See `Provider`."""
        told(lambda: self._ec2.start_instances(InstanceIds=[id]))

    def stop(self, id: str) -> None:
        """See `Provider`."""
        told(lambda: self._ec2.stop_instances(InstanceIds=[id]))

    def restart(self, id: str) -> None:
        """See `Provider`."""
        told(lambda: self._ec2.reboot_instances(InstanceIds=[id]))

    def _named(self, names: Sequence[str]) -> list[Server]:
        known: dict[str, list[Server]] = {}
        for start in range(0, len(names), _AT_ONCE):
            some = list(names[start : start + _AT_ONCE])
            # By filter and not by InstanceIds: one id that is not there would hide all others.
            for server in self._described([{"Name": "instance-id", "Values": some}]):
                known.setdefault(server.id, []).append(server)
            for server in self._described([{"Name": "tag:Name", "Values": some}]):
                known.setdefault(server.name, []).append(server)
        if missing := [name for name in names if name not in known]:
            raise ActionFailed(
                f"There is no server {', '.join(missing)} in {self._region}.",
                hint="Nothing was changed. Check its name.",
            )
        if many := [name for name in names if len(known[name]) > 1]:
            raise ActionFailed(
                f"{many[0]} is the name of {len(known[many[0]])} servers in {self._region}.",
                hint=f"Nothing was changed. Say which by id: {', '.join(server.id for server in known[many[0]])}.",
            )
        return list({server.id: server for name in names for server in known[name]}.values())

    def _described(self, filters: list[dict[str, Any]]) -> list[Server]:
        pages = self._ec2.get_paginator("describe_instances").paginate(Filters=filters)
        return [server for server in told(lambda: list(_servers(pages))) if server.power is not Power.GONE]


def _servers(pages: Iterable[Any]) -> Iterator[Server]:
    for page in pages:
        for reservation in page["Reservations"]:
            yield from (_server(instance) for instance in reservation["Instances"])


def _server(instance: Mapping[str, Any]) -> Server:
    tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
    return Server(
        id=instance["InstanceId"],
        name=tags.get("Name") or instance["InstanceId"],
        power=_POWERS.get(instance["State"]["Name"], Power.CHANGING),
        address=instance.get("PrivateIpAddress") or "",
        tags=tags,
    )
