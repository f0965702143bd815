"""Which room may know what: the contract between the layers, and the packages that only one room may import."""

import ast
import fnmatch
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# Its own entry point is no module; this is what it calls.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"

#: A package, and the only files that import it.
ONLY_HERE = {
    "slack_bolt": ("bot/slack/*",),
    "slack_sdk": ("bot/slack/*",),
    "sqlmodel": ("bot/store/*",),
    "alembic": ("bot/store/*",),
    "apscheduler": ("bot/watch/schedule.py",),
    "dbos": ("bot/runner/engine.py",),
    "ruamel": ("bot/catalog/*", "bot/sandbox/installed.py", "actions/packages/client.py"),
    "ansible_runner": ("actions/ansible/cli.py",),
    "github": ("actions/github/client.py",),
    "gitlab": ("actions/gitlab/client.py",),
    "holidays": ("bot/catalog/raw/freezes.py", "bot/control/holds/calendar.py"),
    "slackify_markdown": ("bot/slack/markdown.py",),
    "psycopg": ("actions/database/postgres*.py",),
    "pymysql": ("actions/database/mariadb*.py",),
    "pydantic_settings": ("bot/settings.py",),
    "dotenv": ("bot/settings.py",),
    "typer": ("bot/cli/*",),
    "rich": ("bot/cli/*",),
    # Programs are started by the runner, which lets them outlive the bot; the doctor only asks for their versions.
    # The digest's picture is drawn by a program of ours, so that its library stays out of the bot.
    "matplotlib": ("bot/chart.py",),
    "subprocess": (
        "bot/control/digest_picture.py",
        "bot/runner/process.py",
        "bot/runner/detached.py",
        "bot/cli/doctor.py",
        "actions/*/cli.py",
    ),
}


def imported(tree: ast.Module) -> Iterator[str]:
    """The dotted names of what a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_each_layer_knows_only_what_stands_below_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("package", ONLY_HERE)
def test_a_package_is_known_to_one_room_only(program: list[Any], package: str) -> None:
    strangers = [
        source.path
        for source in program
        if any(name.split(".")[0] == package for name in imported(source.tree))
        and not any(fnmatch.fnmatch(source.path, room) for room in ONLY_HERE[package])
    ]

    assert strangers == []


def test_only_the_settings_read_the_environment(program: list[Any]) -> None:
    readers = [
        source.path
        for source in program
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and ast.unparse(node.value) == "os"
    ]

    # The others decide nothing by it: they hand PATH, HOME and their like on to the programs they start, or keep a
    # proxy out of the way to the sandbox. A program of our own finds the secrets there that its action gave it.
    programs = {
        f"actions/{name}.py"
        for name in (
            "ansible/cli",
            "backup/cli",
            "backup/work",
            "command/cli",
            "database/cli",
            "database/work",
            "git/cli",
        )
    }
    assert set(readers) <= {"bot/settings.py", "bot/runner/process.py", "bot/app.py"} | programs


def test_the_sandbox_knows_nothing_of_the_bot(program: list[Any]) -> None:
    known = {
        name
        for source in program
        if source.path.startswith("bot/sandbox/")
        for name in imported(source.tree)
        if name.startswith(("bot.", "actions")) and not name.startswith(("bot.sandbox", "bot.base"))
    }

    assert known == set()


#: What every action may know: the contract, how Amazon's services are reached, and how a file is changed by a pull
#: request (both are no integrations themselves).
SHARED = {"api", "aws", "edits"}


def test_no_integration_knows_another(program: list[Any]) -> None:
    strangers = [
        f"{source.path} imports {name}"
        for source in program
        if source.path.count("/") > 1 and source.path.startswith("actions/")
        for name in imported(source.tree)
        if name.startswith("actions.") and name.split(".")[1] not in {*SHARED, source.path.split("/")[1]}
    ]

    assert strangers == []
