"""A run in words and signs, as both the live view and the plain lines say it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.base.text import format_duration, format_moment, plural
from bot.model.run import HostResult, NextTry, Run, RunStatus, RunView, StepRecord

#: What the terminal's exit code says about a run.
EXIT_CODES = {
    RunStatus.SUCCEEDED: 0,
    RunStatus.FAILED: 1,
    RunStatus.ERRORED: 3,
    RunStatus.ABORTED: 4,
    RunStatus.INTERRUPTED: 5,
}
STYLES = {
    "pending": "dim",
    "queued": "dim",
    "skipped": "dim",
    "running": "cyan",
    "waiting": "yellow",
    "succeeded": "green",
    "failed": "red",
    "errored": "red",
    "aborted": "yellow",
    "interrupted": "yellow",
}
_NAMED_HOSTS = 8


def is_still(run: Run) -> bool:
    """Will nothing more happen without a person?"""
    return run.status.is_over or run.status is RunStatus.INTERRUPTED


def headline(run: Run) -> str:
    """`maintenance #12  Maintenance on, production`."""
    return f"{run.name}  {run.what}"


def ending(view: RunView) -> Iterator[str]:
    """The last lines about a run: how it stands, why, and what to do."""
    run = view.run
    stands = "was interrupted" if run.status is RunStatus.INTERRUPTED else run.in_words
    yield f"{run.name} {stands}." + (f" {run.reason}" if run.reason else "")
    if run.hint:
        yield run.hint
    if run.status is RunStatus.INTERRUPTED:
        undo = "|undo" if view.can_be_undone else ""
        yield f"Say how it goes on: stackhand resolve {run.number} retry|skip{undo}|abort"
    elif run.status.is_over and view.can_be_undone:
        yield f"To take it back: stackhand undo {run.number}"


def step_line(step: StepRecord, now: datetime, next_try: NextTry | None = None) -> str:
    """`1  Put up the page: running, 12s`."""
    if next_try:
        starts = format_moment(next_try.at, beside=now)
        return f"{step.id}  {step.title}: waiting, try {step.attempt} of {next_try.of} starts at {starts}"
    length = format_duration((step.ended_at or now) - step.started_at) if step.started_at else ""
    again = f", try {step.attempt}" if step.attempt > 1 else ""
    words = ", ".join(word for word in (f"{step.status}{again}", length) if word)
    return f"{step.id}  {step.title}: {words}"


def hosts_line(hosts: Sequence[HostResult]) -> str:
    """`web1 changed, web2 ok`; many hosts are counted, and those in trouble named."""
    if len(hosts) <= _NAMED_HOSTS:
        return ", ".join(_host(host) for host in hosts)
    counts = Counter(host.state for host in hosts)
    bad = [_host(host) for host in hosts if host.state in {"failed", "unreachable"}]
    counted = ", ".join(f"{count} {state}" for state, count in counts.most_common())
    return f"{plural(len(hosts), 'host')}: {counted}" + (f" ({', '.join(bad[:_NAMED_HOSTS])})" if bad else "")


def _host(host: HostResult) -> str:
    return f"{host.name} {host.state}" + (f" ({host.note})" if host.note else "")
