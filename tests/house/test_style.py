"""House style that a machine can see. What it cannot see is in the eyes of who reads."""

import ast
from typing import Any

#: Where a thread ends, and so the only files that may catch any exception at all: each tells people and goes on.
BOUNDARIES = {
    "bot/runner/use.py": "an action",
    "bot/runner/worker.py": "a run",
    "bot/runner/engine.py": "a worker's signs of life",
    "bot/runner/choices.py": "a list of choices",
    "bot/runner/preview.py": "a preview",
    "bot/control/timers.py": "a timer",
    "bot/control/watchers/triggers.py": "a start that a trigger owes",
    "bot/watch/schedule.py": "the watcher",
    "bot/watch/look.py": "a check",
    "bot/slack/desk.py": "a listener",
    "bot/slack/outbox.py": "the outbox",
    "bot/slack/homes.py": "the homes",
    "bot/slack/listeners/workflow.py": "a step of a workflow",
}
NO_NAMES = {"utils", "util", "helper", "helpers", "manager", "managers", "misc", "common"}
LONGEST_FILE = 400


def test_every_file_opens_by_saying_what_it_is(sources: list[Any]) -> None:
    silent = [source.path for source in sources if source.text.strip() and not ast.get_docstring(source.tree)]

    assert silent == []


def test_no_file_is_longer_than_one_reads_in_one_go(sources: list[Any]) -> None:
    long = {source.path: lines for source in sources if (lines := source.text.count("\n")) > LONGEST_FILE}

    assert long == {}


def test_nothing_is_imported_inside_a_function(program: list[Any]) -> None:
    hidden = [
        f"{source.path}:{node.lineno}"
        for source in program
        for function in ast.walk(source.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


def test_any_exception_is_caught_only_where_a_thread_ends(program: list[Any]) -> None:
    broad = [
        f"{source.path}:{node.lineno}"
        for source in program
        if source.path not in BOUNDARIES
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and _is_broad(node) and not _raises_it_again(node)
    ]

    assert broad == []


def test_no_file_has_a_name_that_says_nothing(sources: list[Any]) -> None:
    named = [source.path for source in sources if NO_NAMES & set(source.path.removesuffix(".py").split("/"))]

    assert named == []


def test_no_test_replaces_a_part_of_the_program(sources: list[Any]) -> None:
    mocking = [
        source.path
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any("mock" in name for name in [getattr(node, "module", None) or "", *(a.name for a in node.names)])
    ]

    assert mocking == []


def _is_broad(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type else ""
    return caught in {"", "Exception", "BaseException"}


def _raises_it_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None
