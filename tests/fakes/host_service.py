"""A service on each host of a lab: a small program that starts, stops and restarts it, and notes what it was told."""

import json
from dataclasses import dataclass

from tests.fakes.hosts import Lab

#: It is a file; a restart of what is broken fails, and of what is held up waits until it may go on.
_PROGRAM = """\
#!/bin/sh
cd "$(dirname "$0")"
case $1 in
  runs) test -e running ;;
  started|restarted)
    echo "$1 $2" >>../told
    while test -e held; do sleep 0.1; done
    test ! -e broken && touch running ;;
  stopped) echo "$1 $2" >>../told; rm running ;;
esac
"""
_WORDS = ("runs", "started", "stopped", "restarted")


@dataclass(frozen=True)
class HostService:
    """The service `app` of every host of *lab*, as the servers stack is told of it in the inventory."""

    lab: Lab

    def lay_out(self) -> None:
        """It stands still everywhere, and was told nothing yet."""
        (self.lab.folder / "told").write_text("")
        commands = {word: ["{{ site_root }}/../service", word, "{{ inventory_hostname }}"] for word in _WORDS}
        variables = self.lab.folder / "group_vars" / "all.json"
        variables.parent.mkdir(exist_ok=True)
        variables.write_text(json.dumps({"service_commands": {"app": commands}}))
        for name, host in self.lab.hosts.items():
            program = host.folder / "service"
            program.write_text(_PROGRAM)
            program.chmod(0o755)
            (host.folder / "running").unlink(missing_ok=True)
            self.mend(name)
            self.let_go(name)

    def start(self, host: str) -> None:
        """Somebody has started it there."""
        (self.lab.hosts[host].folder / "running").touch()

    def damage(self, host: str) -> None:
        """There it starts no more."""
        (self.lab.hosts[host].folder / "broken").touch()

    def mend(self, host: str) -> None:
        """There it starts again."""
        (self.lab.hosts[host].folder / "broken").unlink(missing_ok=True)

    def hold_up(self, host: str) -> None:
        """There a start or restart comes to no end."""
        (self.lab.hosts[host].folder / "held").touch()

    def let_go(self, host: str) -> None:
        """There it goes on."""
        (self.lab.hosts[host].folder / "held").unlink(missing_ok=True)

    @property
    def running(self) -> list[bool]:
        """Does it run, host by host?"""
        return [(host.folder / "running").exists() for host in self.lab.hosts.values()]

    @property
    def told(self) -> list[str]:
        """What it was told, and on which host, in order."""
        return (self.lab.folder / "told").read_text().splitlines()
