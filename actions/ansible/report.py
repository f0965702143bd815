"""Follows a playbook while it runs: tells the run what happens, and remembers how every host came out."""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from actions.ansible import lines
from actions.ansible.lines import HostResult, read_line
from actions.api import Context, HostState

#: Enough of Ansible's plain words to hold an error with its place in the playbook.
_PLAIN_LINES = 40
_MOST_NAMES = 10
#: Stands for a host's own name where several hosts say the same.
NAME = "<host>"

_STATES = {
    "ok": HostState.RUNNING,
    "changed": HostState.RUNNING,
    "ignored": HostState.RUNNING,
    "skipped": HostState.RUNNING,
    "retry": HostState.RUNNING,
    "failed": HostState.FAILED,
    "unreachable": HostState.UNREACHABLE,
}


@dataclass(frozen=True)
class Change:
    """What one task changed on a host."""

    task: str
    #: A unified diff; empty when the task cannot show one.
    diff: str


@dataclass
class Report:
    """All that is known of one call, rebuilt from its first line whenever a restarted bot attaches to it."""

    ctx: Context
    #: The last word of every host that took part, by name.
    ends: dict[str, lines.HostEnds] = field(default_factory=dict)
    #: The last task that failed or could not reach its host, by host. A playbook may have rescued it.
    failures: dict[str, HostResult] = field(default_factory=dict)
    changes: dict[str, list[Change]] = field(default_factory=dict)
    #: The patterns of the plays, as the playbook writes them.
    patterns: list[str] = field(default_factory=list)
    _plain: deque[str] = field(default_factory=lambda: deque(maxlen=_PLAIN_LINES))
    _diffs: dict[str, str] = field(default_factory=dict)
    _total: int | None = None
    _started: int = 0
    _plays: int = 1
    #: The plays that began, by id; of the last one, the hosts of the batch at work and those of earlier batches.
    _begun_plays: list[str] = field(default_factory=list)
    _batch: dict[str, None] = field(default_factory=dict)
    _earlier_batches: set[str] = field(default_factory=set)
    _broken_off: bool = False

    def take(self, text: str) -> None:
        """Take in one line of output."""
        match read_line(text):
            case None:
                self._plain.append(text)
                self.ctx.log(text)
            case lines.PlaybookBegins(tasks=tasks, plays=plays):
                self._total, self._plays = tasks, plays
            case lines.PlayBegins() as play:
                self._play(play)
            case lines.NoHostsLeft():
                self._broken_off = True
                self.ctx.log("  no host is left, the playbook ends here")
            case lines.NoHosts():
                self.ctx.log("  no host matches")
            case lines.TaskBegins() as task:
                self._task(task)
            case lines.HostBegins() | lines.HostDiff() | HostResult() | lines.HostEnds() as line:
                self._host(line)

    def finish(self) -> None:
        """Nothing more comes: the progress is complete, and hosts that were left half done are known."""
        for host in self.unfinished_hosts():
            self.ctx.host(host, HostState.SKIPPED, "not finished, the playbook ended before")
        self.ctx.progress(self._started, self._started)

    def failed_hosts(self) -> list[str]:
        """The hosts that failed or were lost, in order, without those that the playbook rescued."""
        return [host for host, end in self.ends.items() if end.failed or end.unreachable]

    def unfinished_hosts(self) -> list[str]:
        """The hosts that did not fail, but for which tasks were left when the playbook was broken off.

        Ansible breaks off when a whole batch has failed, or more hosts than the play bears.
        """
        failed = set(self.failed_hosts())
        if not failed or not (self._broken_off or failed.issuperset(self._batch)):
            return []
        done = self._earlier_batches if len(self._begun_plays) >= self._plays else set()
        return [host for host in self.ends if host not in failed and host not in done]

    def error(self) -> str:
        """What Ansible said when it gave up as a whole; empty if it did not."""
        starts = [index for index, text in enumerate(self._plain) if text.startswith(("ERROR", "[ERROR]"))]
        if not starts:
            return ""
        said = list(self._plain)[starts[0]].removeprefix("[ERROR]:").removeprefix("ERROR!")
        return said.strip()

    def _play(self, play: lines.PlayBegins) -> None:
        if self._begun_plays and self._begun_plays[-1] == play.id:
            self._earlier_batches.update(self._batch)
            self._end_batch()
        else:
            self._begun_plays.append(play.id)
            self._earlier_batches = set()
        self._batch = {}
        self.patterns.append(play.pattern)
        self.ctx.log(f"PLAY {play.name}")

    def _end_batch(self) -> None:
        """Say of a batch's hosts that they are done, unless a later play comes to them again."""
        if len(self._begun_plays) < self._plays:
            return
        for host in self._batch.keys() - self.failures.keys():
            self.ctx.host(host, HostState.CHANGED if host in self.changes else HostState.OK, "done")

    def _task(self, task: lines.TaskBegins) -> None:
        self.ctx.log(f"{'HANDLER' if task.handler else 'TASK'} {task.name}")
        if not task.handler:
            self._started += 1
        if self._total is not None and self._started > self._total:
            # Tasks that were included on the way: how many more will come is not known.
            self._total = None
        self.ctx.progress(max(self._started - 1, 0), self._total, task.name)

    def _host(self, line: lines.HostBegins | lines.HostDiff | HostResult | lines.HostEnds) -> None:
        match line:
            case lines.HostBegins(host=host, task=task):
                self._batch[host] = None
                self.ctx.host(host, HostState.RUNNING, task)
            case lines.HostDiff(host=host, text=text):
                self._diffs[host] = "\n".join(filter(None, [self._diffs.get(host), text]))
                self.ctx.log(_indented(text, by=4))
            case HostResult():
                self._result(line)
            case lines.HostEnds(host=host):
                self.ends[host] = line
                self.ctx.host(host, final_state(line), self._last_note(line))

    def _result(self, result: HostResult) -> None:
        self.ctx.log(_indented(f"{result.host}: {result.state}{': ' if result.message else ''}{result.message}", by=2))
        diff = self._diffs.pop(result.host, "")
        if result.state == "changed":
            self.changes.setdefault(result.host, []).append(Change(result.task, diff))
        if result.state in {"failed", "unreachable"}:
            self.failures[result.host] = result
            self._broken_off |= result.fatal
        state = _STATES[result.state]
        self.ctx.host(result.host, state, result.task if state is HostState.RUNNING else _note(result))

    def _last_note(self, end: lines.HostEnds) -> str:
        if (end.failed or end.unreachable) and end.host in self.failures:
            return _note(self.failures[end.host])
        return f"{end.ok} ok, {end.changed} changed" if end.changed else f"{end.ok} ok"


def final_state(end: lines.HostEnds) -> HostState:
    """How a host came out, in one word."""
    if end.unreachable:
        return HostState.UNREACHABLE
    if end.failed:
        return HostState.FAILED
    if end.changed:
        return HostState.CHANGED
    return HostState.OK if end.ok else HostState.SKIPPED


def names(hosts: Sequence[str]) -> str:
    """`web1, web2`, and a count of those that are too many to read."""
    shown = ", ".join(hosts[:_MOST_NAMES])
    return shown if len(hosts) <= _MOST_NAMES else f"{shown} and {len(hosts) - _MOST_NAMES} more"


def without_name(text: str, host: str) -> str:
    """*text* with NAME for the host's own name, as in a path: it sets no two hosts apart."""
    return re.sub(rf"(?<![\w.-]){re.escape(host)}(?![\w.-])", NAME, text)


def first_line(text: str, *, longest: int = 200) -> str:
    """The first line of *text*, short enough for a sentence."""
    line = text.strip().split("\n", 1)[0].strip()
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _note(result: HostResult) -> str:
    return f"{result.task}: {first_line(result.message)}" if result.message else result.task


def _indented(text: str, *, by: int) -> str:
    return "\n".join(_indented_lines(text.split("\n"), " " * by))


def _indented_lines(texts: Iterable[str], space: str) -> Iterable[str]:
    return (f"{space}{text}".rstrip() for text in texts)
