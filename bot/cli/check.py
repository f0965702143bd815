"""`check` and `schema`: for those who write stacks."""

from typing import Annotated

import typer

from bot.base.errors import NotFound
from bot.base.text import did_you_mean, join_words, plural
from bot.catalog.catalog import Catalog
from bot.catalog.schema import SCHEMAS
from bot.cli.as_json import dumps
from bot.cli.screen import err, out, say
from bot.cli.typed import Data, Stacks, settings
from bot.cli.verbs import WRONG_USE


def check(
    stack: Annotated[str | None, typer.Argument(help="Only this one.", show_default=False)] = None,
    *,
    data: Data = None,
    stacks: Stacks = None,
) -> int:
    """Find every mistake in the stacks, each as `file:line:column: sentence`. The exit code is 2 when there is one."""
    here = settings(data=data, stacks=stacks)
    folders = sorted(path.parent.name for path in here.stacks.glob("[!.]*/stack.yml"))
    if stack is not None and stack not in folders:
        raise NotFound(f'There is no stack "{stack}" in {here.stacks}.', hint=did_you_mean(stack, folders))
    problems = [
        problem
        for problem in Catalog(here.stacks, lambda: here.vars).problems
        if stack is None or stack in str(problem.file).split("/")
    ]
    for problem in problems:
        say(out(), str(problem))
    checked = plural(1 if stack else len(folders), "stack")
    if problems:
        say(err(), f"{plural(len(problems), 'problem')} in {checked}.", "red")
        return WRONG_USE
    say(out(), f"No problems in {checked}.")
    return 0


def schema(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="stack.yml, access.yml or freezes.yml.", show_default=False)
    ] = "stack.yml",
) -> None:
    """Print the JSON Schema of stack.yml, access.yml or freezes.yml, for editors."""
    if file not in SCHEMAS:
        raise NotFound(f'There is no schema of "{file}".', hint=f"There are those of {join_words(list(SCHEMAS))}.")
    print(dumps(SCHEMAS[file]()))  # noqa: T201
