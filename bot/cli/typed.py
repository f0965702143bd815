"""Reading the words behind a verb, by the types of the function that does it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from bot.base.errors import Refused
from bot.base.text import cut
from bot.settings import Settings

#: SQLite knows no larger one.
_LARGEST = 2**63 - 1


def number(least: int, most: int, *, of: str) -> Callable[[object], int]:
    """Reads a number from *least* to *most*, which *of* takes, or raises Refused."""

    def read(written: object) -> int:
        found = _whole(written)
        if found is None or not least <= found <= most:
            raise Refused(f'{of} takes a number from {least} to {most}, not "{cut(str(written), 30)}".')
        return found

    return read


def _run_number(written: object) -> int:
    """`12`, or `#12` as messages have it."""
    found = _whole(str(written).removeprefix("#"))
    if found is None or not 1 <= found <= _LARGEST:
        raise Refused(f'"{cut(str(written), 30)}" is no number of a run.', hint='"stackhand runs" lists them.')
    return found


def _whole(written: object) -> int | None:
    text = str(written)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST)) else None


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
    typer.Argument(metavar="RUN", help='Its number, as "stackhand runs" lists it.', parser=_run_number),
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
        raise Refused(_sentence(wrong), hint=f'See "stackhand {verb} --help".') from wrong
    except (typer.Abort, KeyboardInterrupt):
        raise Refused("Left, as you said.") from None
    return code if isinstance(code, int) else 0


def _sentence(wrong: typer.TyperException) -> str:
    """What is wrong with the words, without a name for that before it."""
    is_about_value = isinstance(wrong, typer.BadParameter) and wrong.message
    said = wrong.message if is_about_value else wrong.format_message()
    said = said.replace("Value error, ", "").replace("Got unexpected extra argument(s)", "These words are too many:")
    return f"{' '.join(said.split()).rstrip('.')}."


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
