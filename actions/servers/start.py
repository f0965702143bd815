"""Start servers of a cloud."""

from collections.abc import Sequence

import actions.servers.stop as stop_servers
from actions.api import Action, Context, Crash
from actions.servers.fleet import Fleet, Switched, forecast
from actions.servers.provider import Power
from actions.servers.rounds import Rounds


class Start(Action[Switched], Fleet):
    """Start servers of a cloud, in order and in batches, and wait until each of them runs and answers."""

    @property
    def crash(self) -> Crash:
        """A server that runs is left as it is."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """How many servers run already, and which would be started."""
        return forecast(self.found(self.cloud(ctx)), Power.RUNNING, "start", self.serial)

    def run(self, ctx: Context) -> Switched:
        """Start those that do not run, batch by batch."""
        cloud = self.cloud(ctx)
        servers = self.found(cloud)
        todo = [server.id for server in servers.values() if server.power is not Power.RUNNING]
        done = ctx.begin(Switched(changed=[*self.changed_before, *todo]))
        Rounds(ctx, self, cloud, "start", "running", Power.RUNNING, cloud.start).walk(servers)
        return done

    def rest(self, done: Switched | None, hosts: Sequence[str]) -> "Start":
        """The servers that are not done, with those that were started kept in mind."""
        return self.model_copy(update=self.left_out(done, hosts))

    def undo(self, done: Switched) -> "stop_servers.Stop | None":
        """Stop exactly those that were started, in the other direction."""
        return stop_servers.Stop.model_validate(self.only(done.changed[::-1])) if done.changed else None
