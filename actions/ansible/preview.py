"""Says what a playbook would change, from what its check mode reported."""

from actions.ansible.report import Change, Report, names

_MOST_DIFF_LINES = 40
_MOST_LETTERS = 8000


def preview_text(report: Report) -> str:
    """Lines for people: hosts that would change alike together, each change with its diff."""
    alike: dict[tuple[Change, ...], list[str]] = {}
    for host in report.ends:
        alike.setdefault(tuple(report.changes.get(host, [])), []).append(host)
    text = "\n".join(line for changes, hosts in alike.items() for line in _group(hosts, changes))
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS].rsplit(chr(10), 1)[0]}\n… and more"


def _group(hosts: list[str], changes: tuple[Change, ...]) -> list[str]:
    if not changes:
        return [f"{names(hosts)}: nothing to change"]
    count = "1 task" if len(changes) == 1 else f"{len(changes)} tasks"
    return [f"{names(hosts)}: {count} would change something", *(line for each in changes for line in _change(each))]


def _change(change: Change) -> list[str]:
    diff = change.diff.split("\n") if change.diff else []
    shown = diff[:_MOST_DIFF_LINES]
    if len(diff) > len(shown):
        shown.append(f"… {len(diff) - len(shown)} more lines")
    return [f"  {change.task}", *(f"    {line}" for line in shown)]
