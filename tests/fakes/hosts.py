"""Servers to work on: real SSH servers on this machine, each with a site folder of its own, that can go down.

As root each host is a network namespace with an address of its own, so its cable can be pulled; otherwise it is an
SSH server on a port of 127.0.0.1, and going down ends it with all its sessions.
"""

import getpass
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from tests.fakes.ports import free_port

SSHD = "/usr/sbin/sshd"


class Host(Protocol):
    """One server."""

    name: str
    address: str
    port: int
    #: Its own files; the machine's disk is shared, so hosts keep apart by folder.
    folder: Path

    def go_down(self) -> None:
        """From now on nothing reaches it."""

    def come_up(self) -> None:
        """Undo `go_down`."""

    def programs(self) -> list[list[str]]:
        """The command lines of all that runs on it for its users, SSH's own servers left out."""


@dataclass
class Lab:
    """The servers, by name, and how to reach them."""

    folder: Path
    hosts: dict[str, Host]

    @property
    def inventory(self) -> Path:
        """An Ansible inventory: group `web`, and `site_root` per host."""
        return self.folder / "hosts.ini"

    def site(self, name: str) -> Path:
        """The folder of a host's site."""
        return self.hosts[name].folder / "site"

    def write_inventory(self) -> None:
        """Write `inventory`."""
        lines = ["[web]"]
        lines += [
            f"{host.name} ansible_host={host.address} ansible_port={host.port} site_root={self.site(host.name)}"
            for host in self.hosts.values()
        ]
        options = f"-o UserKnownHostsFile={self.folder}/known_hosts -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes"
        lines += [
            "",
            "[web:vars]",
            f"ansible_user={getpass.getuser()}",
            f"ansible_ssh_private_key_file={self.folder}/user",
            f"ansible_ssh_common_args='{options}'",
            f"ansible_python_interpreter={sys.executable}",
        ]
        self.inventory.write_text("\n".join(lines) + "\n")


@contextmanager
def ssh_hosts(folder: Path, names: Sequence[str] = ("web1", "web2", "web3")) -> Iterator[Lab]:
    """Start a lab in *folder*; nothing of it is left afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    _key(folder / "user")
    shutil.copy(folder / "user.pub", folder / "authorized_keys")
    (folder / "authorized_keys").chmod(0o600)
    with _network(folder, names) if os.geteuid() == 0 else _ports(folder, names) as hosts:
        lab = Lab(folder, {host.name: host for host in hosts})
        for host in hosts:
            lab.site(host.name).mkdir()
        known = [_known(host) for host in hosts]
        (folder / "known_hosts").write_text("".join(known))
        lab.write_inventory()
        yield lab


@dataclass
class _Namespace:
    """A host with a network of its own."""

    name: str
    address: str
    folder: Path
    space: str
    cable: str
    port: int = 22

    def go_down(self) -> None:
        _ip("link", "set", self.cable, "down")

    def come_up(self) -> None:
        _ip("link", "set", self.cable, "up")

    def programs(self) -> list[list[str]]:
        return [command for pid in self._pids() if (command := _command(pid)) and "sshd" not in command[0]]

    def start(self, bridge: str) -> None:
        """Plug it in and start its server."""
        _ip("netns", "add", self.space)
        _ip("link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", self.space)
        _ip("link", "set", self.cable, "master", bridge, "up")
        _ip("-n", self.space, "link", "set", "lo", "up")
        _ip("-n", self.space, "addr", "add", f"{self.address}/24", "dev", "eth0")
        _ip("-n", self.space, "link", "set", "eth0", "up")
        _start_server(self, ["ip", "netns", "exec", self.space])

    def stop(self) -> None:
        """End everything on it and unplug it."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in self._pids():
                _kill(pid, number)
            _wait_until(lambda: not self._pids(), for_s=2)
        subprocess.run(["ip", "netns", "del", self.space], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", self.cable], check=False, capture_output=True)

    def _pids(self) -> list[int]:
        found = subprocess.run(["ip", "netns", "pids", self.space], check=False, capture_output=True, text=True)
        return [int(pid) for pid in found.stdout.split()]


@dataclass
class _OnPort:
    """A host that is a server on a port."""

    name: str
    port: int
    folder: Path
    address: str = "127.0.0.1"

    def go_down(self) -> None:
        self.stop()

    def come_up(self) -> None:
        self.start()

    def programs(self) -> list[list[str]]:
        commands = [_command(process.pid) for process in self._sessions()]
        return [command for command in commands if command and "sshd" not in command[0]]

    def start(self) -> None:
        """Start its server."""
        _start_server(self, [])

    def stop(self) -> None:
        """End its server and all sessions."""
        tree = self._sessions()
        if (pid := _server(self.folder)) is not None:
            _kill(pid, signal.SIGTERM)
        for process in tree:
            _kill(process.pid, signal.SIGKILL)

    def _sessions(self) -> list[psutil.Process]:
        try:
            return psutil.Process(_server(self.folder)).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


@contextmanager
def _network(folder: Path, names: Sequence[str]) -> Iterator[list[Host]]:
    mark = f"sh{os.getpid() % 100_000}"
    subnet = f"10.99.{os.getpid() % 250 + 1}"
    bridge = f"{mark}b"
    hosts = [
        _Namespace(
            name=name, address=f"{subnet}.{at + 10}", folder=folder / name, space=f"{mark}-{name}", cable=f"{mark}v{at}"
        )
        for at, name in enumerate(names)
    ]
    try:
        _ip("link", "add", bridge, "type", "bridge")
        _ip("addr", "add", f"{subnet}.1/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for host in hosts:
            host.start(bridge)
        yield list(hosts)
    finally:
        for host in hosts:
            host.stop()
        subprocess.run(["ip", "link", "del", bridge], check=False, capture_output=True)


@contextmanager
def _ports(folder: Path, names: Sequence[str]) -> Iterator[list[Host]]:
    hosts = [_OnPort(name=name, port=free_port(), folder=folder / name) for name in names]
    try:
        for host in hosts:
            host.start()
        yield list(hosts)
    finally:
        for host in hosts:
            host.stop()


def _start_server(host: Host, prefix: list[str]) -> None:
    host.folder.mkdir(exist_ok=True)
    if not (host.folder / "key").exists():
        _key(host.folder / "key")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    config = host.folder / "sshd_config"
    config.write_text(
        f"""\
Port {host.port}
ListenAddress {host.address}
HostKey {host.folder}/key
PidFile {host.folder}/pid
AuthorizedKeysFile {host.folder.parent}/authorized_keys
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
UseDNS no
Subsystem sftp internal-sftp
"""
    )
    subprocess.run([*prefix, SSHD, "-f", str(config), "-E", str(host.folder / "log")], check=True)
    _wait_until((host.folder / "pid").exists, for_s=5)


def _server(folder: Path) -> int | None:
    pid = folder / "pid"
    return int(pid.read_text()) if pid.exists() else None


def _known(host: Host) -> str:
    key = " ".join((host.folder / "key.pub").read_text().split()[:2])
    return f"{host.address if host.port == 22 else f'[{host.address}]:{host.port}'} {key}\n"


def _key(path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def _command(pid: int) -> list[str]:
    try:
        return psutil.Process(pid).cmdline()
    except psutil.NoSuchProcess:
        return []


def _kill(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _wait_until(true: Callable[[], bool], *, for_s: float) -> None:
    until = time.monotonic() + for_s
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
