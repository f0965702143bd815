"""House style that a machine can see. What it cannot see is in the eyes of who reads."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

#: Where a thread ends, and so the only files that may catch any exception at all: each tells people and goes on.
BOUNDARIES = {
    "actions/library.py": "a file that an operator wrote",
    "bot/runner/use.py": "an action",
    "bot/runner/worker.py": "a run",
    "bot/runner/engine.py": "a worker's signs of life",
    "bot/runner/choices.py": "a list of choices",
    "bot/runner/preview.py": "a preview",
    "bot/control/timers.py": "a timer",
    "bot/control/watchers/triggers.py": "a start that a trigger owes",
    "bot/watch/schedule.py": "the watcher",
    "bot/watch/lanes.py": "a thread for checks",
    "bot/watch/look.py": "a check",
    "bot/slack/desk.py": "a listener",
    "bot/slack/outbox.py": "the outbox",
    "bot/slack/homes.py": "the homes",
    "bot/slack/listeners/workflow.py": "a step of a workflow",
}
#: What is imported by the function that needs it, since a start without it is 3 MiB smaller, or 30 ms faster: most
#: stacks need none of the libraries, and most verbs of the terminal only look, without engine, Slack and sandbox.
LATE = {
    "actions/github/client.py": ("github",),
    "actions/gitlab/client.py": ("gitlab",),
    "actions/tls/client.py": ("cryptography",),
    "bot/app.py": ("bot.playground", "bot.slack", "bot.watch.hook_server"),
    "bot/runner/engine.py": ("dbos",),
    "bot/store/migrate.py": ("alembic",),
}
#: As much as a verb that only looks, with a stack for each action and check; then what is imported by then.
LOOK = """
import sys
import bot.cli.jobs
from actions import library
for name in library.names():
    library.find(name)
for name in library.check_names():
    library.find_check(name)
print(*sys.modules)
"""
NO_NAMES = {"utils", "util", "helper", "helpers", "manager", "managers", "misc", "common"}
LONGEST_FILE = 400


def test_every_file_opens_by_saying_what_it_is(sources: list[Any]) -> None:
    silent = [source.path for source in sources if source.text.strip() and not ast.get_docstring(source.tree)]

    assert silent == []


def test_no_file_is_longer_than_one_reads_in_one_go(sources: list[Any]) -> None:
    long = {source.path: lines for source in sources if (lines := source.text.count("\n")) > LONGEST_FILE}

    assert long == {}


def test_only_what_is_heavy_and_seldom_needed_is_imported_inside_a_function(program: list[Any]) -> None:
    hidden = [
        f"{source.path}:{node.lineno}"
        for source in program
        for function in ast.walk(source.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.ImportFrom) and str(node.module).startswith(LATE.get(source.path, ())))
    ]

    assert hidden == []


def test_who_only_looks_has_imported_nothing_that_only_work_needs() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=True)

    late = {package for packages in LATE.values() for package in packages}
    assert set(done.stdout.split()) & {*late, "aiohttp", "boto3", "matplotlib", "mimesis", "slack_sdk"} == set()


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
