"""Goes through servers batch by batch, and waits until each stands as it should."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from actions.api import ActionFailed, Context, HostState
from actions.servers.fleet import Fleet, batches
from actions.servers.health import is_healthy
from actions.servers.provider import Power, Provider, Server


@dataclass
class Rounds:
    """One walk through a fleet. A server that fails holds up later batches, not its neighbours."""

    ctx: Context
    fleet: Fleet
    cloud: Provider
    #: "stop", and for the notes: "stopped".
    verb: str
    done_word: str
    wanted: Power
    switch: Callable[[str], None]
    #: Is a server that stands as wanted left as it is? Not when it is restarted.
    leave_right_ones: bool = True
    #: Seconds after the switch in which a server may still look as before.
    settle_s: float = 0
    _switched: set[str] = field(default_factory=set)
    _done: list[str] = field(default_factory=list)
    _failed: dict[str, str] = field(default_factory=dict)

    def walk(self, servers: dict[str, Server]) -> None:
        """Do all of them. Raises ActionFailed that names those which failed and those which were not reached."""
        parts = batches(servers, self.fleet.serial)
        for index, part in enumerate(parts):
            self._batch({name: servers[name] for name in part}, total=len(servers))
            if self._failed:
                left = [name for later in parts[index + 1 :] for name in later]
                for name in left:
                    self.ctx.host(name, HostState.SKIPPED, "not reached, an earlier batch failed")
                raise self._failure(left)

    def _batch(self, servers: dict[str, Server], *, total: int) -> None:
        for name, server in servers.items():
            self.ctx.host(name, HostState.RUNNING, f"{self.verb}: {server.power} now")
        waiting = {name: server for name, server in servers.items() if self._goes_on(name, server)}
        if self._switched and self.settle_s:
            self.ctx.sleep(self.settle_s)
        for _ in self.ctx.poll(lambda: None, every_s=self.fleet.every_s, for_s=self.fleet.wait_s):
            waiting = {name: server for name, server in waiting.items() if not self._is_over(name, server.id)}
            self.ctx.progress(len(self._done) + len(self._failed), total, ", ".join(waiting))
            if not waiting:
                return
        for name in waiting:
            self._fails(name, f"was not {self.done_word} and healthy after {self.fleet.wait_s:g} s")

    def _goes_on(self, name: str, server: Server) -> bool:
        """Switch *server* if it is to be; is it now waited for?"""
        if server.power is Power.CHANGING or (server.power is self.wanted and self.leave_right_ones):
            return True
        try:
            self.switch(server.id)
        except ActionFailed as failed:
            self._fails(name, failed.reason)
            return False
        self._switched.add(name)
        return True

    def _is_over(self, name: str, id: str) -> bool:
        """Look at a server once; has it come to its end, good or bad?"""
        try:
            server = self.cloud.look(id)
        except ActionFailed as failed:
            self._fails(name, failed.reason)
            return True
        if server.power is Power.GONE:
            self._fails(name, "was deleted meanwhile")
            return True
        if server.power is not self.wanted:
            # One that was on its way to somewhere else when its turn came.
            return not self._goes_on(name, server) if name not in self._switched else False
        if self.fleet.health and self.wanted is Power.RUNNING and not is_healthy(self.ctx, self.fleet.health, server):
            self.ctx.host(name, HostState.RUNNING, "running, not healthy yet")
            return False
        changed = name in self._switched
        self.ctx.host(
            name, HostState.CHANGED if changed else HostState.OK, self.done_word + ("" if changed else " already")
        )
        self.ctx.log(f"{name}: {self.done_word}{'' if changed else ' already'}")
        self._done.append(name)
        return True

    def _fails(self, name: str, why: str) -> None:
        self.ctx.host(name, HostState.FAILED, why)
        self.ctx.log(f"{name}: {why}")
        self._failed[name] = why

    def _failure(self, left: Sequence[str]) -> ActionFailed:
        reasons = "; ".join(f"{name}: {why.rstrip('.')}" for name, why in self._failed.items())
        done = f"Done on {', '.join(self._done)}. " if self._done else ""
        untouched = f"Not reached: {', '.join(left)}. " if left else ""
        return ActionFailed(
            f"Could not {self.verb} {reasons}.", hint=f"{done}{untouched}A retry leaves out what is done."
        )
