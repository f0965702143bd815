"""Stop servers of a cloud."""

from collections.abc import Sequence

import actions.servers.start as start_servers
from actions.api import Action, Context, Crash
from actions.servers.fleet import Fleet, Switched, forecast
from actions.servers.provider import Power
from actions.servers.rounds import Rounds


class Stop(Action[Switched], Fleet):
    """Stop servers of a cloud, in order and in batches, and wait until each of them stands still."""

    @property
    def crash(self) -> Crash:
        """A server that stands still is left as it is."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """How many servers stand still already, and which would be stopped."""
        return forecast(self.found(self.cloud(ctx), backwards=True), Power.STOPPED, "stop", self.serial)

    def run(self, ctx: Context) -> Switched:
        """Stop those that run, batch by batch."""
        cloud = self.cloud(ctx)
        servers = self.found(cloud, backwards=True)
        todo = [server.id for server in servers.values() if server.power is not Power.STOPPED]
        done = ctx.begin(Switched(changed=[*self.changed_before, *todo]))
        Rounds(ctx, self, cloud, "stop", "stopped", Power.STOPPED, cloud.stop).walk(servers)
        return done

    def rest(self, done: Switched | None, hosts: Sequence[str]) -> "Stop":
        """The servers that are not done, with those that were stopped kept in mind."""
        return self.model_copy(update=self.left_out(done, hosts))

    def undo(self, done: Switched) -> "start_servers.Start | None":
        """Start exactly those that were stopped, in the other direction."""
        return start_servers.Start.model_validate(self.only(done.changed[::-1])) if done.changed else None
