"""Says what a playbook would change, from what its check mode reported."""

from collections.abc import Sequence

from actions.ansible.report import Change, Report, names, without_name

#: Of a longer diff the begin and the end are shown.
_MOST_DIFF_LINES = 40
_FIRST_DIFF_LINES = 12
_MOST_LETTERS = 8000


def preview_text(report: Report) -> str:
    """Lines for people: hosts that would change alike together, each change with its diff."""
    alike: dict[tuple[Change, ...], list[str]] = {}
    for host in report.ends:
        nameless = tuple(_without_name(change, host) for change in report.changes.get(host, []))
        alike.setdefault(nameless, []).append(host)
    groups = [
        (hosts, changes if len(hosts) > 1 else report.changes.get(hosts[0], [])) for changes, hosts in alike.items()
    ]
    text = "\n".join(line for hosts, changes in groups for line in _group(hosts, changes))
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS].rsplit(chr(10), 1)[0]}\n… and more"


def _without_name(change: Change, host: str) -> Change:
    return Change(change.task, without_name(change.diff, host))


def _group(hosts: list[str], changes: Sequence[Change]) -> list[str]:
    if not changes:
        return [f"{names(hosts)}: nothing to change"]
    count = "1 task" if len(changes) == 1 else f"{len(changes)} tasks"
    return [f"{names(hosts)}: {count} would change something", *(line for each in changes for line in _change(each))]


def _change(change: Change) -> list[str]:
    diff = change.diff.split("\n") if change.diff else []
    if (hidden := len(diff) - _MOST_DIFF_LINES) > 0:
        last = _MOST_DIFF_LINES - _FIRST_DIFF_LINES
        diff = [*diff[:_FIRST_DIFF_LINES], f"… {hidden} more lines", *diff[-last:]]
    return [f"  {change.task}", *(f"    {line}" for line in diff)]
