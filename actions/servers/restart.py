"""Restart servers of a cloud."""

from collections.abc import Sequence

from actions.api import Action, ActionFailed, Context, Field, HostState
from actions.servers.fleet import Fleet, Switched
from actions.servers.provider import Power, Server
from actions.servers.rounds import Rounds


class Restart(Action[Switched], Fleet):
    """Restart the system of servers that run, in order and in batches, and wait until each of them answers again.

    Servers that stand still are left alone. There is no undo: a restart cannot be taken back.
    """

    settle_s: float = Field(
        default=10,
        ge=0,
        le=600,
        description="seconds after which a server that restarts no longer answers as if nothing were",
        examples=[10],
    )

    def preview(self, ctx: Context) -> str:
        """Which servers would be restarted, and which are left alone."""
        running, still = _split(self.found(self.cloud(ctx)))
        pace = f", {self.serial} at a time" if self.serial and self.serial < len(running) else ""
        lines = [f"Would restart {', '.join(running)}{pace}." if running else "Nothing to do."]
        lines += [f"Left alone, not running: {', '.join(still)}."] if still else []
        return "\n".join(lines)

    def run(self, ctx: Context) -> Switched:
        """Restart those that run, batch by batch."""
        cloud = self.cloud(ctx)
        running, still = _split(self.found(cloud))
        if not running and not self.done_hosts:
            raise ActionFailed("None of these servers is running.", hint="Nothing was changed. Start them instead.")
        done = ctx.begin(Switched(changed=[*self.changed_before, *(server.id for server in running.values())]))
        for name in still:
            ctx.host(name, HostState.SKIPPED, "not running, left alone")
        rounds = Rounds(ctx, self, cloud, "restart", "restarted", Power.RUNNING, cloud.restart)
        rounds.leave_right_ones, rounds.settle_s = False, self.settle_s
        rounds.walk(running)
        return done

    def rest(self, done: Switched | None, hosts: Sequence[str]) -> "Restart":
        """The servers that are not done."""
        return self.model_copy(update=self.left_out(done, hosts))


def _split(servers: dict[str, Server]) -> tuple[dict[str, Server], dict[str, Server]]:
    """Those that run, and those that do not."""
    running = {name: server for name, server in servers.items() if server.power is Power.RUNNING}
    return running, {name: server for name, server in servers.items() if name not in running}
