"""A starting point for those who write actions: the action, its test, and its place among the integrations."""

import keyword
import re
from collections.abc import Mapping
from pathlib import Path

from actions import api, library
from bot.base.errors import Refused
from bot.cli.screen import out, say

#: The checkout, if this is one.
ROOT = Path(library.__file__).parents[1]
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\.[a-z][a-z0-9_]{0,39}")
#: The one contract line that names every integration.
_INTEGRATIONS = re.compile(r'(?<="actions\.library",\n  ")[^"]+')
#: Filled by replacing CLASS, FOLDER and WORD, since the code has braces of its own.
_ACTION = '''\
"""Say hello."""

from actions.api import Action, Context, Crash, Field, Outputs


class CLASSOutputs(Outputs):
    """What was said."""

    said: str = ""


class CLASS(Action[CLASSOutputs]):
    """Say hello, until somebody writes here what it does."""

    who: str = Field(default="everybody", max_length=60, description="to whom", examples=["Ada"])

    @property
    def crash(self) -> Crash:
        """Saying it twice does no harm."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """What would be said. Says nothing."""
        del ctx
        return f"Would say hello to {self.who}."

    def run(self, ctx: Context) -> CLASSOutputs:
        """Say it."""
        done = ctx.begin(CLASSOutputs(said=f"Hello, {self.who}"))
        ctx.log(done.said)
        return done
'''
_TEST = '''\
"""FOLDER.WORD."""

from actions.FOLDER.WORD import CLASS


def test_it_says_hello(context):
    ctx = context()

    done = CLASS(who="Ada").run(ctx)

    assert done.said == "Hello, Ada"
    assert ctx.lines == ["Hello, Ada"]


def test_a_preview_tells_to_whom(context):
    assert CLASS(who="Ada").preview(context(previewing=True)) == "Would say hello to Ada."
'''


def is_checkout() -> bool:
    """Is the program run from its own sources, with its tests beside it?"""
    return (ROOT / "pyproject.toml").is_file() and (ROOT / "tests" / "actions").is_dir()


def begin_action(name: str) -> None:
    """Write the action *name*, `motd.write`, and its test into this checkout. Raises Refused."""
    if not _is_free(name):
        raise Refused(f'"{name}" is no name for an action.', hint="Write it like motd.write: what it is about, a verb.")
    if not is_checkout():
        raise Refused("Actions are written in a checkout of Stackhand.", hint="Clone it, and call its ./stackhand.")
    folder, _, word = name.partition(".")
    action, test = (
        text.replace("CLASS", library.class_name(word)).replace("FOLDER", folder).replace("WORD", word)
        for text in (_ACTION, _TEST)
    )
    files = {
        ROOT / "actions" / folder / f"{word}.py": action,
        ROOT / "tests" / "actions" / folder / f"test_{word}.py": test,
    }
    opening = ROOT / "actions" / folder / "__init__.py"
    if not opening.exists():
        files[opening] = f'"""Actions on {folder.replace("_", " ")}."""\n'
    write_new(files)
    _enter(folder)
    say(out(), f"Change them, and see: ./stackhand test tests/actions -k {folder}")
    say(out(), f"In a stack: uses: {name}")


def write_new(files: Mapping[Path, str]) -> None:
    """Write *files*, and say so. Raises Refused, and writes none, rather than touch one that is there."""
    for file in files:
        if file.exists():
            raise Refused(f"{file} is there already.", hint="Take another name.")
    for file, text in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Refused(
                f"{file} cannot be written: {error.strerror}.", hint="Choose a folder that is yours."
            ) from error
        say(out(), f"{file} is there.")


def _is_free(name: str) -> bool:
    """May a file, a class and a folder of ours be called so?"""
    if not _NAME.fullmatch(name):
        return False
    folder, _, word = name.partition(".")
    taken = {"api", "aws", "edits", "library"}
    return folder not in taken and not keyword.iskeyword(folder) and _is_free_word(word)


def _is_free_word(word: str) -> bool:
    # Files of these names only help the actions of their folder.
    return (
        word not in {"client", "cli"}
        and not keyword.iskeyword(word)
        and library.class_name(word) not in {*api.__all__, "None", "True", "False"}
    )


def _enter(folder: str) -> None:
    """Let the import contract of pyproject.toml keep the integration *folder* apart from the others."""
    file = ROOT / "pyproject.toml"

    def more(line: re.Match[str]) -> str:
        return " | ".join(sorted({*line[0].split(" | "), f"actions.{folder}"}))

    file.write_text(_INTEGRATIONS.sub(more, file.read_text(encoding="utf-8")), encoding="utf-8")
