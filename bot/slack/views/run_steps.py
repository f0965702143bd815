"""The steps of a run as lines: state, title, duration, progress, and how each host fared."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby

from bot.base.text import cut, format_duration
from bot.model.run import HOOKS, HostResult, NextTry, Progress, StepRecord, StepStatus
from bot.model.signs import STEP_SIGNS
from bot.slack.limits import Block
from bot.slack.mrkdwn import DAY_TIME, at_time, escape, one_line
from bot.slack.views.parts import sections

#: A step that took less is just done.
_WORTH_SAYING = timedelta(seconds=0.1)
#: Mostly needs nobody's eye: not bold, and one line for many.
_QUIET = {StepStatus.SUCCEEDED, StepStatus.PENDING, StepStatus.SKIPPED}
_GOOD = {"ok", "changed", "skipped"}
#: More hosts than this are counted instead of named.
_NAMED_HOSTS = 8
_NAMED_BAD_HOSTS = 5
#: So many steps of one state in a row are one line, once the list is long.
_COLLAPSE = 4
_LONG_LIST = 25
_TITLE_LENGTH = 200
_NOTE_LENGTH = 300
_BAR = 10
_INDENT = "\u2003"


def step_sections(
    steps: Sequence[StepRecord], *, said: str = "", next_tries: Mapping[str, NextTry] | None = None
) -> list[Block]:
    """The list of steps, in as many sections as its length needs; a reason that is *said* elsewhere is not repeated."""
    return sections(_lines(steps, said, next_tries or {}))


def count(steps: Sequence[StepRecord]) -> tuple[int, int]:
    """At which step the run is, and of how many; steps that only hold others do not count."""
    counted = [step for step in steps if not step.is_hook and not _holds_others(step, steps)]
    at = sum(1 for step in counted if step.status.is_over) + 1
    return min(at, len(counted)), len(counted)


def _holds_others(step: StepRecord, steps: Iterable[StepRecord]) -> bool:
    return any(other.id.startswith(f"{step.id}.") and not other.is_hook for other in steps)


def _lines(steps: Sequence[StepRecord], said: str, next_tries: Mapping[str, NextTry]) -> Iterable[str]:
    for (status, is_quiet), together in groupby(steps, key=lambda step: (step.status, _is_quiet(step))):
        group = list(together)
        if is_quiet and len(steps) > _LONG_LIST and len(group) >= _COLLAPSE:
            said_of_all = "done" if status is StepStatus.SUCCEEDED else _word(status)
            indent = _INDENT * min(map(_depth, group))
            yield f"{indent}{STEP_SIGNS[status]}  {len(group)} steps {said_of_all}"
        else:
            yield from (line for step in group for line in _step_lines(step, said, next_tries.get(step.id)))


def _step_lines(step: StepRecord, said: str, next_try: NextTry | None) -> list[str]:
    indent = _INDENT * _depth(step)
    title = one_line(cut(step.title, _TITLE_LENGTH))
    told = " · ".join(part for part in (_told(step), _attempt(step, next_try), _called(step)) if part)
    name = title if _is_quiet(step) else f"*{title}*"
    line = f"{indent}{STEP_SIGNS[step.status]}  {name}" + (f" · {told}" if told else "")
    return [line, *(f"> {detail}" for detail in _details(step, said))]


def _is_quiet(step: StepRecord) -> bool:
    """Does it need nobody's eye?"""
    return step.status in _QUIET and not step.comes_again


def _depth(step: StepRecord) -> int:
    """How many steps hold it; a hook stands where the list begins."""
    parts = step.id.split(".")
    hook = max((place for place, part in enumerate(parts) if part in HOOKS), default=-1)
    return len(parts) - hook - 2


def _told(step: StepRecord) -> str:
    """How it stands, in words: `14s`, `failed after 3s`, `since 14:02:05`."""
    lasted = step.ended_at - step.started_at if step.ended_at and step.started_at else timedelta()
    length = format_duration(lasted) if lasted > _WORTH_SAYING else ""
    if step.status is StepStatus.PENDING or step.comes_again:
        return ""
    if step.status is StepStatus.RUNNING:
        return f"running since {at_time(step.started_at, '{time_secs}')}" if step.started_at else "running"
    if step.status is StepStatus.SUCCEEDED:
        undone = "undone" if step.undone else ""
        if step.taken_from is not None:
            return ", ".join(part for part in (f"done by #{step.taken_from}", undone) if part)
        done = _yes(step) or (f"done in {length}" if length else "done")
        return ", ".join(part for part in (done, undone) if part)
    if step.status is StepStatus.SKIPPED:
        return (
            escape(step.reason.rstrip(".").lower() if step.reason == "Not needed here." else step.reason) or "not done"
        )
    return f"{_word(step.status)} after {length}" if length and step.status.is_over else _word(step.status)


def _yes(step: StepRecord) -> str:
    """Who said yes, and when; how long they took says less. No other step has a reason once it is done."""
    said = escape(step.reason.rstrip("."))
    return f"{said} · {at_time(step.ended_at, DAY_TIME)}" if said and step.ended_at else said


def _word(status: StepStatus) -> str:
    return {StepStatus.SKIPPED: "not done", StepStatus.PENDING: "to come"}.get(status, str(status))


def _called(step: StepRecord) -> str:
    """The run that it started."""
    return one_line(str(step.fields["called"])) if step.fields and "called" in step.fields else ""


def _attempt(step: StepRecord, next_try: NextTry | None) -> str:
    if next_try:
        return f"try {step.attempt} of {next_try.of} {at_time(next_try.at, f'starts {DAY_TIME}')}"
    comes = " to come" if step.comes_again else ""
    return f"try {step.attempt}{comes}" if step.attempt > 1 else ""


def _details(step: StepRecord, said: str) -> list[str]:
    """What is said below the step's line."""
    details = []
    if step.progress and step.status is StepStatus.RUNNING:
        details.append(progress_bar(step.progress))
    # Hosts of a step that has not begun are those of the run that this one takes up.
    if step.hosts and step.started_at is not None:
        details += host_lines(step.hosts)
    is_bad = step.status.is_failure or step.status is StepStatus.INTERRUPTED or step.comes_again
    # The run's own reason ends with that of the step which failed first.
    if is_bad and not said.endswith(step.reason):
        details.append(one_line(cut(step.reason, _NOTE_LENGTH)))
    return details


def progress_bar(progress: Progress) -> str:
    """`▰▰▰▱▱▱▱▱▱▱ 3 of 10 · copy the page`; without a known end only what is known."""
    what = one_line(cut(progress.what, _TITLE_LENGTH))
    if not progress.total:
        return " · ".join(part for part in (f"{progress.done} done" if progress.done else "", what) if part)
    done = min(progress.done, progress.total)
    full = round(_BAR * done / progress.total)
    bar = "▰" * full + "▱" * (_BAR - full)
    return f"{bar} {done} of {progress.total}" + (f" · {what}" if what else "")


def host_lines(hosts: Sequence[HostResult]) -> list[str]:
    """Each host when they are few; else counts. Those that fared badly are always named, with the reason."""
    bad = [host for host in hosts if _is_bad(host)]
    if len(hosts) <= _NAMED_HOSTS:
        lines = [" · ".join(_host(host) for host in hosts)]
    else:
        states = Counter(host.state for host in hosts)
        counts = ", ".join(f"{number} {escape(state)}" for state, number in states.most_common())
        lines = [f"{len(hosts)} hosts: {counts}"]
    is_named = len(hosts) <= _NAMED_HOSTS
    noted = [host for host in bad if host.note or not is_named]
    for host in noted[:_NAMED_BAD_HOSTS]:
        note = one_line(cut(host.note, _NOTE_LENGTH))
        name = one_line(host.name) if is_named else _host(host)
        lines.append(f"{name}: {note}" if note else name)
    if len(noted) > _NAMED_BAD_HOSTS:
        lines.append(f"and {len(noted) - _NAMED_BAD_HOSTS} more")
    return lines


def _is_bad(host: HostResult) -> bool:
    return host.state in {"failed", "unreachable"} or (host.state not in _GOOD and bool(host.note))


def _host(host: HostResult) -> str:
    said = f"{one_line(host.name)} {one_line(host.state)}"
    return f"*{said}*" if _is_bad(host) else said
