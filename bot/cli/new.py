"""`new`: a starting point for those who write stacks and actions."""

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.base.errors import Refused
from bot.cli.new_action import ROOT, begin_action, is_checkout, write_new
from bot.cli.screen import out, say
from bot.cli.typed import Data, Stacks, settings
from bot.model.follow import FOLLOWED
from bot.model.stack import SLACK_WORDS

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
#: What people follow makes a stack of its own, words of Slack mean something else; the others are no names in YAML.
_TAKEN = {FOLLOWED, *SLACK_WORDS, "null", "true", "false"}
#: Filled by replacing NAME and TITLE, since the expressions in it have braces of their own.
_STACK = """\
# What this stack is for, in a sentence. docs/jobs.md and docs/forms.md say what else may be written.
stack: NAME
title: TITLE
description: Says hello, until somebody writes here what it does.
channel: "#ops"

jobs:
  hello:
    title: Say hello
    description: Changes nothing.
    form:
      who: {type: text, label: To whom, default: everybody, max: 60}
    steps:
      - title: Say it
        uses: command.run
        with: {argv: [echo, "Hello, {{ form.who }}"]}
    announce: "TITLE said hello to {{ form.who }} (by {{ run.started_by }})"
"""
_STACK_TEST = '''\
"""The stack NAME."""

from pathlib import Path

from bot.catalog.catalog import Catalog

STACKS = Path(__file__).parents[2] / "stacks"


def test_it_has_no_mistake():
    assert [str(problem) for problem in Catalog(STACKS, dict).problems if "NAME" in problem.file.split("/")] == []
'''


def new(
    what: Annotated[Literal["stack", "action"], typer.Argument(help="What to begin.", show_default=False)],
    name: Annotated[str, typer.Argument(help="Its name: web-shop, or motd.write.", show_default=False)],
    *,
    data: Data = None,
    stacks: Stacks = None,
) -> None:
    """Write a small stack or action that runs as it is, to be changed into what you need; in a checkout its test."""
    if what == "action":
        begin_action(name)
    else:
        _begin_stack(settings(data=data, stacks=stacks).stacks, name)


def _begin_stack(stacks: Path, name: str) -> None:
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise Refused(f'"{name}" is no name for a stack.', hint="Write it like web-shop: small letters, digits, -.")
    if (stacks / name).exists():
        raise Refused(f"{stacks / name} is there already.", hint="Take another name.")
    files = {stacks / name / "stack.yml": _STACK.replace("NAME", name).replace("TITLE", _title(name))}
    # Where the stacks of somebody else's folder are tested is not ours to say.
    if is_checkout() and stacks.samefile(ROOT / "stacks"):
        files[ROOT / "tests" / "stacks" / f"test_{name.replace('-', '_')}.py"] = _STACK_TEST.replace("NAME", name)
    write_new(files)
    say(out(), f"Change {'it' if len(files) == 1 else 'them'}, and see: stackhand check {name}")
    say(out(), f"Try it: stackhand run {name} hello --yes")


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()
