"""Makes ansible-playbook print one JSON object a line: what happens, on which host, and how it ended.

`actions/ansible/lines.py` reads these lines and says what each one means. Ansible's own words (warnings, errors) come
between them as plain text.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ansible import constants  # type: ignore[import-untyped]
from ansible.playbook.block import Block  # type: ignore[import-untyped]
from ansible.plugins.callback import CallbackBase  # type: ignore[import-untyped]

DOCUMENTATION = """
    name: stackhand_lines
    type: stdout
    short_description: One JSON object a line
    description: Prints what happens in a form that Stackhand reads.
"""

# A line over 64 KiB would reach the bot in pieces; one character takes up to 12 bytes ("\\ud83d\\ude00").
_LONGEST_MESSAGE = 2000
_LONGEST_DIFF = 4000
# So much more of what is cut is told, and dropped by who reads it: at the edge may stand half a secret, and only whole
# ones are masked on the way.
_EDGE = 1000


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Ansible calls these methods; their names and arguments are Ansible's."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "stackhand_lines"

    def v2_playbook_on_start(self, playbook: Any) -> None:  # noqa: D102
        plays = playbook.get_plays()
        self._say("playbook", tasks=_tasks_in(plays), plays=len(plays))

    def v2_playbook_on_play_start(self, play: Any) -> None:  # noqa: D102
        # Called once for each batch of `serial`.
        self._say("play", name=play.get_name().strip(), pattern=_pattern(play.hosts), id=str(play._uuid))  # noqa: SLF001

    def v2_playbook_on_no_hosts_matched(self) -> None:  # noqa: D102
        self._say("no_hosts")

    def v2_playbook_on_no_hosts_remaining(self) -> None:  # noqa: D102
        self._say("no_hosts_left")

    def v2_playbook_on_task_start(self, task: Any, is_conditional: object) -> None:  # noqa: ARG002, D102
        if task.action not in constants._ACTION_META:  # noqa: SLF001 - Ansible has no public name for these
            self._say("task", name=task.get_name().strip())

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:  # noqa: D102
        self._say("task", name=task.get_name().strip(), handler=True)

    def v2_runner_on_start(self, host: Any, task: Any) -> None:  # noqa: D102
        self._say("start", host=host.get_name(), task=task.get_name().strip())

    def v2_runner_on_ok(self, result: Any) -> None:  # noqa: D102
        self._handle_warnings(result.result)
        said = _debug_text(result.result) if result.task.action in constants._ACTION_DEBUG else ""  # noqa: SLF001
        self._result(result, "changed" if result.is_changed() else "ok", said)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:  # noqa: D102, FBT001, FBT002
        self._handle_warnings(result.result)
        self._result(result, "ignored" if ignore_errors else "failed", _why(result.result))

    def v2_runner_on_unreachable(self, result: Any) -> None:  # noqa: D102
        self._result(result, "unreachable", _why(result.result))

    def v2_runner_on_skipped(self, result: Any) -> None:  # noqa: D102
        self._result(result, "skipped", "")

    def v2_runner_retry(self, result: Any) -> None:  # noqa: D102
        tried, tries = result.result.get("attempts", 0), result.result.get("retries", 0)
        # Ansible counts the first try among its retries.
        self._result(result, "retry", f"try {tried} of {tries - 1} did not do")

    def v2_on_file_diff(self, result: Any) -> None:  # noqa: D102
        for part in result.result.get("results") or [result.result]:
            if isinstance(part, Mapping) and part.get("changed") and part.get("diff"):
                text = self._get_diff(_with_one_name(part)).strip("\n")
                if text:
                    self._say("diff", host=_host(result), task=_task(result), **_cut("text", text, _LONGEST_DIFF))

    def v2_playbook_on_stats(self, stats: Any) -> None:  # noqa: D102
        for host in sorted(stats.processed):
            counts = stats.summarize(host)
            self._say(
                "end",
                host=host,
                ok=counts["ok"],
                changed=counts["changed"],
                failed=counts["failures"],
                unreachable=counts["unreachable"],
                skipped=counts["skipped"],
            )

    def _result(self, result: Any, state: str, message: str) -> None:
        # The message comes last: a secret masked in it may swallow the end of the line, and only that.
        self._say(
            "result",
            host=_host(result),
            state=state,
            task=_task(result),
            fatal=state in _LOST and bool(result.task.any_errors_fatal or result.task.run_once),
            **_cut("message", message, _LONGEST_MESSAGE),
        )

    def _say(self, what: str, **values: object) -> None:
        # Not into Ansible's own log file: it would be unreadable there.
        self._display.display(json.dumps({"stackhand": what, **values}, default=str), screen_only=True)


def _host(result: Any) -> str:
    return str(result.host.get_name())


def _task(result: Any) -> str:
    return str(result.task.get_name()).strip()


def _pattern(hosts: object) -> str:
    return ",".join(str(host) for host in hosts) if isinstance(hosts, list) else str(hosts)


def _tasks_in(plays: Any) -> int | None:
    """How many tasks will be started; None when only the run itself can tell."""
    total = 0
    for play in plays:
        if play.serial:
            # Each batch of hosts walks all tasks again, and the batches are not known yet.
            return None
        total += play.gather_facts is not False
        total += sum(1 for block in play.compile() for _ in _tasks_of(block.filter_tagged_tasks({})))
    return total


def _tasks_of(block: Any) -> Iterator[Any]:
    # `rescue` tasks are left out: they run when something fails, and then there is no telling anyway.
    for part in (*block.block, *block.always):
        if isinstance(part, Block):
            yield from _tasks_of(part)
        elif part.action not in constants._ACTION_META:  # noqa: SLF001
            yield part


def _why(outcome: Mapping[str, Any]) -> str:
    """What a failed task says about itself; of a loop, what its failed items say."""
    items = [item for item in outcome.get("results") or [] if isinstance(item, Mapping)]
    if failed := [item for item in items if item.get("failed") or item.get("unreachable")]:
        return "; ".join(f"{item.get('_ansible_item_label', item.get('item'))}: {_why(item)}" for item in failed)
    words = str(outcome.get("msg") or outcome.get("censored") or "").strip().removeprefix("Task failed: ")
    # "non-zero return code" alone helps nobody: what the program said does.
    said = next((text for key in _SAID if (text := str(outcome.get(key) or "").strip())), "")
    return f"{words}: {_last_lines(said, _LONGEST_MESSAGE // 2)}" if said and said not in words else words


_LOST = {"failed", "unreachable"}
_SAID = ("module_stderr", "stderr", "module_stdout", "stdout")


def _debug_text(outcome: Mapping[str, Any]) -> str:
    if "msg" in outcome and isinstance(outcome["msg"], str):
        return str(outcome["msg"])
    shown = {key: value for key, value in outcome.items() if not key.startswith("_") and key != "changed"}
    return json.dumps(shown, default=str, ensure_ascii=False)


def _with_one_name(outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The diffs with the file's own name above both sides; Ansible names a temporary copy above the second."""
    diffs = outcome["diff"] if isinstance(outcome["diff"], list) else [outcome["diff"]]
    named = []
    for diff in diffs:
        name = diff.get("before_header") or outcome.get("dest") or outcome.get("path")
        named.append({**diff, "before_header": name, "after_header": name} if name else _without_names(diff))
    return named


def _without_names(diff: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in diff.items() if key not in {"before_header", "after_header"}}


def _cut(name: str, text: str, longest: int) -> dict[str, Any]:
    """What a line says under *name*, and how much of its end is to be dropped: see `_EDGE`."""
    edge = _EDGE if len(text) > longest + _EDGE else 0
    return {"edge": edge, name: text[: longest + _EDGE]}


def _last_lines(text: str, longest: int) -> str:
    """The last whole lines that fit, one at least: of each line of a secret is known whether it is one."""
    if len(text) <= longest:
        return text
    before = text.find("\n", len(text) - longest)
    return text[(before if before >= 0 else text.rfind("\n")) + 1 :]
