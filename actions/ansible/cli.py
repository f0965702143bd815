"""How ansible-playbook is called: its command line, its surroundings, and the file that carries the variables.

It is called directly, not through ansible-runner: that costs 0.4 s more a call (2.1 s against 1.7 s for two tasks on
three local hosts), and keeps every event with its module arguments, and the whole environment, in files.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from pydantic import JsonValue

from actions.api import ActionFailed

_CALLBACKS = Path(__file__).parent / "callback"

#: How long an idle SSH connection waits for the next task, as with Ansible itself: of fifty hosts each waits until the
#: others have done a task, and a new connection costs more than the task does (0.3 s of a processor). Each call has its
#: own, in its scratch folder, and they are ended with it.
_SHARED_FOR_S = 60
#: The system allows 104 bytes (macOS; Linux 108) for a socket's path: Ansible adds 11 to the folder, ssh 17 more.
_LONGEST_SOCKET_FOLDER_BYTES = 75
#: One line of `ansible --one-line`: "web1 | CHANGED | rc=0 | (stdout) what it printed".
_ANSWER = re.compile(r"^(\S+) \| (?:CHANGED|SUCCESS) \| rc=0 \| \(stdout\) (.*)$", re.MULTILINE)
_NOTHING_THERE = re.compile(
    r"^(\S+) \| FAILED \| rc=1 \| \(stdout\) (.*) \(stderr\) (?:find: [^:]+: No such file or directory(?:\\n)?)+$",
    re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of ansible-playbook."""

    playbook: Path
    inventory: Path
    #: The file that `write_variables` wrote.
    variables: Path
    #: A private folder for Ansible's own temporary files.
    scratch: Path
    limit: str | None
    tags: Sequence[str]
    forks: int
    connect_timeout_s: int
    #: Only find out what would change.
    check: bool

    def argv(self) -> list[str]:
        """The command line. Every value stands behind its option's `=`, so none can be taken for an option."""
        # The one of our own environment, whatever PATH says.
        argv = [str(Path(sys.executable).parent / "ansible-playbook")]
        argv += [f"--inventory={self.inventory}", f"--extra-vars=@{self.variables}", f"--forks={self.forks}"]
        if self.limit:
            argv.append(f"--limit={self.limit}")
        if self.tags:
            argv.append(f"--tags={','.join(self.tags)}")
        if self.check:
            argv += ["--check", "--diff"]
        return [*argv, "--", str(self.playbook)]

    def environment(self) -> dict[str, str]:
        """What Ansible needs to know beside a team's own ansible.cfg, over which this wins."""
        return {
            "ANSIBLE_CALLBACK_PLUGINS": str(_CALLBACKS),
            "ANSIBLE_STDOUT_CALLBACK": "stackhand_lines",
            "ANSIBLE_LOCAL_TEMP": str(self.scratch / "tmp"),
            "ANSIBLE_SSH_ARGS": _ssh_options(self.scratch, self.connect_timeout_s),
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.scratch),
            "ANSIBLE_TIMEOUT": str(self.connect_timeout_s),
            # With pipelining a remote program has no terminal, and survives when the run is aborted.
            "ANSIBLE_PIPELINING": "False",
            "ANSIBLE_HOST_KEY_CHECKING": "True",
            "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "True",
            "ANSIBLE_RETRY_FILES_ENABLED": "False",
            "ANSIBLE_DEPRECATION_WARNINGS": "False",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_NOCOWS": "1",
            # Ansible refuses to start where the locale is not UTF-8, as in many services and containers.
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def ask_hosts(
    inventory: Path, hosts: str, command: str, *, values: Mapping[str, JsonValue], timeout_s: float
) -> dict[str, str]:
    """What *command*, which only reads, prints on each of *hosts*, by the host's name. No shell reads it.

    For checks, which have no step to be carried by. A host on which find has nowhere to look answers, too. Raises
    ActionFailed unless every host answers in time.
    """
    words = ["--one-line", "--module-name=ansible.builtin.command", f"--args={command}", "--", hosts]
    ended = _ansible(inventory, words, values=values, timeout_s=timeout_s)
    answers = dict(_ANSWER.findall(ended.stdout) + _NOTHING_THERE.findall(ended.stdout))
    # Of a host that failed there are two lines.
    silent = [line for line in ended.stdout.splitlines() if line.partition(" | ")[0] not in answers]
    if not answers or (ended.returncode != 0 and silent):
        said = (silent or ended.stderr.strip().splitlines() or ["they say nothing"])[0]
        raise ActionFailed(f"The servers of {inventory.name} cannot be asked: {said[:300]}")
    return answers


def hosts_of(inventory: Path, hosts: str, *, timeout_s: float) -> list[str]:
    """The names of those of an inventory's hosts that *hosts* names, in its order. No host is asked.

    For checks. Raises ActionFailed if the inventory cannot be read.
    """
    ended = _ansible(inventory, ["--list-hosts", "--", hosts], values={}, timeout_s=timeout_s)
    if ended.returncode != 0:
        said = ended.stderr.strip().splitlines() or ["Ansible says nothing"]
        raise ActionFailed(f"The inventory {inventory.name} cannot be read: {said[-1][:300]}")
    # The first line counts them.
    return [line.strip() for line in ended.stdout.splitlines()[1:]]


def _ansible(
    inventory: Path, words: Sequence[str], *, values: Mapping[str, JsonValue], timeout_s: float
) -> "subprocess.CompletedProcess[str]":
    """Call `ansible`, which runs no playbook. Raises ActionFailed when it takes too long."""
    with tempfile.TemporaryDirectory() as written:
        scratch = Path(written)
        write_variables(scratch / "variables.json", values=values, secrets={})
        argv = [str(Path(sys.executable).parent / "ansible"), f"--inventory={inventory}"]
        argv += [f"--extra-vars=@{scratch / 'variables.json'}", *words]
        surroundings = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        surroundings |= {"ANSIBLE_LOCAL_TEMP": str(scratch / "tmp"), "ANSIBLE_SSH_ARGS": _ssh_options(scratch, 3)}
        surroundings |= {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_HOST_KEY_CHECKING": "True", "LC_ALL": "C.UTF-8"}
        surroundings |= {"ANSIBLE_SSH_CONTROL_PATH_DIR": str(scratch), "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True"}
        try:
            return subprocess.run(
                argv,
                check=False,
                env=surroundings,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=timeout_s,
            )
        except subprocess.TimeoutExpired as late:
            raise ActionFailed(f"The servers of {inventory.name} did not answer within {timeout_s:g} s.") from late
        finally:
            end_connections(scratch)


def write_variables(path: Path, *, values: Mapping[str, JsonValue], secrets: Mapping[str, str]) -> None:
    """Write the variables of a call into a file that only we can read.

    All texts are marked as data, so Ansible never takes `{{ }}` in what people typed for a template. Written at once
    or not at all: after a restart the file is written again while Ansible may be reading it.
    """
    marked = _as_data({**values, **secrets})
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(marked, file)
    new.replace(path)


def end_connections(scratch: Path) -> None:
    """End the SSH connections that a call has shared; left alone they would wait for another task, and then end."""
    for process in psutil.process_iter(["cmdline"]):
        # They call themselves "ssh: SOCKET [mux]".
        title = " ".join(process.info["cmdline"] or ()).strip()
        if title.startswith(f"ssh: {scratch.resolve()}/") and title.endswith("[mux]"):
            with suppress(psutil.NoSuchProcess):
                process.terminate()


def _as_data(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return {"__ansible_unsafe": value}
        case list():
            return [_as_data(item) for item in value]
        case dict():
            return {name: _as_data(item) for name, item in value.items()}
        case _:
            return value


def _ssh_options(scratch: Path, connect_timeout_s: int) -> str:
    """Options that make a dead host known within seconds; an inventory's `ansible_ssh_common_args` adds to them."""
    options: dict[str, str | int] = {
        "ConnectTimeout": connect_timeout_s,
        "ServerAliveInterval": 2,
        "ServerAliveCountMax": 2,
    }
    if len(os.fsencode(scratch)) <= _LONGEST_SOCKET_FOLDER_BYTES:
        options |= {"ControlMaster": "auto", "ControlPersist": _SHARED_FOR_S}
    else:
        options |= {"ControlMaster": "no"}
    return " ".join(f"-o {name}={value}" for name, value in options.items())
