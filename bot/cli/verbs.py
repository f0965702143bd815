"""The verbs of `stackhand`, and the way from a verb to its module.

A verb's module is imported when its verb is called: the engine and the Slack SDK take seconds to import, and most verbs
need neither. So this file and `bot/cli/__init__.py` stay with the standard library.
"""

import gc
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType, ModuleType

from bot import __version__
from bot.base.errors import Refused, SetupProblem
from bot.base.text import did_you_mean
from bot.runner.detached import FULL

WRONG_USE = 2


@dataclass(frozen=True)
class Verb:
    """One word behind `stackhand`."""

    #: The module that has a function of the verb's name.
    module: str
    #: What it takes, for the list of all verbs.
    takes: str
    summary: str


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "up": Verb("bot.cli.up", "", "Start the bot, and say where its page is."),
        "worker": Verb("bot.cli.up", "", "Advance runs, and leave Slack to others."),
        "jobs": Verb("bot.cli.jobs", "", "List what may be started."),
        "plan": Verb("bot.cli.plan", "STACK JOB", "Say what a job would do; change nothing."),
        "run": Verb("bot.cli.run", "STACK JOB", "Start a job and follow it to its end."),
        "runs": Verb("bot.cli.look", "", "List the newest runs."),
        "show": Verb("bot.cli.look", "RUN", "Show a run with its steps."),
        "log": Verb("bot.cli.log", "RUN", "Print the log of a run."),
        "cancel": Verb("bot.cli.act", "RUN", "Abort a run, and wait for its end."),
        "undo": Verb("bot.cli.act", "RUN", "Undo what a run did, newest step first."),
        "retry": Verb("bot.cli.act", "RUN", "Start a run again with the same answers."),
        "resolve": Verb("bot.cli.act", "RUN DECISION", "Say how an interrupted run goes on."),
        "approvals": Verb("bot.cli.approve", "", "List what waits for people's yes."),
        "approve": Verb("bot.cli.approve", "RUN", "Say yes to what a run waits for, and follow it."),
        "deny": Verb("bot.cli.approve", "RUN", "Say no to what a run waits for."),
        "locks": Verb("bot.cli.hold", "", "List what is locked, by whom, and who waits."),
        "lock": Verb("bot.cli.hold", "LOCK", "Keep something for yourself for a while."),
        "unlock": Verb("bot.cli.hold", "LOCK", "Give it back."),
        "pause": Verb("bot.cli.hold", "[WHAT]", "Let nothing begin there."),
        "unpause": Verb("bot.cli.hold", "[WHAT]", "Let it begin again."),
        "audit": Verb("bot.cli.look", "", "List who asked what, and the answer."),
        "watch": Verb("bot.cli.watch", "list|test|…", "Say what is looked at outside, and what would follow."),
        "digest": Verb("bot.cli.digest", "", "Say what ran in the last week; --out draws it."),
        "new": Verb("bot.cli.new", "stack|action NAME", "Write a small one that runs, to begin with."),
        "check": Verb("bot.cli.check", "[STACK]", "Find every mistake in the stacks."),
        "schema": Verb("bot.cli.check", "[FILE]", "Print the JSON Schema of stack.yml, for editors."),
        "doctor": Verb("bot.cli.doctor", "", "Say what is missing here, and how to mend it."),
        "version": Verb("", "", "Print the version."),
    }
)


def main(words: Sequence[str] | None = None) -> None:
    """Do what the command line says, and leave with the exit code that tells how it went."""
    verb, *rest = (sys.argv[1:] if words is None else words) or ["--help"]
    sys.exit(call(verb, rest))


def call(verb: str, words: Sequence[str]) -> int:
    """Run one verb with the words behind it; its exit code."""
    try:
        code = _run(verb, words)
        sys.stdout.flush()
    except (Refused, SetupProblem) as problem:
        return _complain(problem.reason or str(problem), problem.hint)
    except KeyboardInterrupt:
        return _complain("Left, as you said.")
    except BrokenPipeError:
        # Whoever read us, `head` for one, has seen enough.
        _print_no_more()
        return 0
    except OSError as error:
        if error.errno not in FULL:
            raise
        _print_no_more()
        place = f" at {error.filename}" if error.filename else ""
        return _complain(f"It did not come to its end: {error.strerror}{place}.", "Make room, and call again.")
    return code


def _run(verb: str, words: Sequence[str]) -> int:
    if verb in {"version", "--version"}:
        print(__version__)  # noqa: T201
        return 0
    if verb == "help" and words:
        return _run(words[0], ["--help"])
    if verb in {"help", "--help", "-h"}:
        print(overview())  # noqa: T201
        return 0
    if verb not in VERBS:
        raise Refused(f'There is no verb "{verb}".', hint=did_you_mean(verb, list(VERBS)))
    module = _imported(VERBS[verb].module)
    code: int = importlib.import_module("bot.cli.typed").call(verb, module, words)
    return code


def _print_no_more() -> None:
    """Keep what is still in the buffer from being written at exit, where it would fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _imported(name: str) -> ModuleType:
    """The module of a verb. What it imports stays until the end, and so Python need not look through it for garbage.

    It would do so hundreds of times on the way, and once more at the end: a fifth of what a looking verb takes.
    """
    if name not in sys.modules:
        gc.disable()
        importlib.import_module(name)
        gc.freeze()
        gc.enable()
    return sys.modules[name]


def overview() -> str:
    """All verbs, one line each."""
    width = max(len(f"{name} {verb.takes}") for name, verb in VERBS.items())
    lines = [f"  {f'{name} {verb.takes}':<{width}}  {verb.summary}" for name, verb in VERBS.items()]
    return "\n".join(
        ["Usage: stackhand VERB ...", "", *lines, "", "stackhand VERB --help says more. Start with: stackhand up"]
    )


def _complain(*sentences: str) -> int:
    print(" ".join(sentence for sentence in sentences if sentence), file=sys.stderr)  # noqa: T201
    return WRONG_USE
