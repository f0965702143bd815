"""Reading the words behind a verb, by the types of the function that does it."""

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from bot.base.errors import Refused
from bot.settings import Settings

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The folder of everything that is written.", show_default=False),
]
Stacks = Annotated[
    Path | None, typer.Option("--stacks", metavar="DIR", help="The folder of the stacks.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.", show_default=False)]
StackName = Annotated[str, typer.Argument(metavar="STACK", help='As "stackhand jobs" lists it.', show_default=False)]
JobName = Annotated[str, typer.Argument(metavar="JOB", help='As "stackhand jobs" lists it.', show_default=False)]
RunNumber = Annotated[
    int,
    typer.Argument(
        metavar="RUN", help='Its number, as "stackhand runs" lists it.', min=1, max=2**63 - 1, show_default=False
    ),
]
EnvironmentName = Annotated[
    str | None, typer.Option("--env", "-e", metavar="ENV", help="The environment to act on.", show_default=False)
]
Answers = Annotated[
    list[str] | None,
    typer.Option("--input", "-i", metavar="NAME=VALUE", help="An answer to the job's form.", show_default=False),
]
Preset = Annotated[str, typer.Option("--preset", "-p", metavar="NAME", help="Answers to begin with; -i changes them.")]


def call(verb: str, module: ModuleType, words: Sequence[str]) -> int:
    """Call the function *verb* of *module* with *words*, read by its types. Raises Refused for words it cannot read."""
    app = typer.Typer(add_completion=False)
    app.command(verb)(getattr(module, verb))
    command = typer.main.get_command(app)
    try:
        # Not by the command's own `main`: it would end a closed pipe with exit code 1.
        with command.make_context(f"stackhand {verb}", list(words)) as context:
            code = command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    except typer.TyperException as wrong:
        said = f"{' '.join(wrong.format_message().replace('Value error, ', '').split()).rstrip('.')}."
        raise Refused(said, hint=f'See "stackhand {verb} --help".') from wrong
    except (typer.Abort, KeyboardInterrupt):
        raise Refused("Left, as you said.") from None
    return code if isinstance(code, int) else 0


def settings(**said: Any) -> Settings:
    """The settings, with what was said on the command line before all else. Raises SetupProblem."""
    return Settings(**{name: value for name, value in said.items() if value is not None})


def read_answers(written: Sequence[str] | None) -> dict[str, str | list[str]]:
    """`["reason=Move", "host=a", "host=b"]` as `{"reason": "Move", "host": ["a", "b"]}`. Raises Refused."""
    answers: dict[str, str | list[str]] = {}
    for answer in written or ():
        name, equals, value = answer.partition("=")
        if not equals or not name.strip():
            raise Refused(f'"{answer}" is no answer.', hint="Write -i name=value.")
        before = answers.get(name)
        if before is None:
            answers[name] = value
        else:
            answers[name] = [*(before if isinstance(before, list) else [before]), value]
    return answers
