"""Run tests, and say which failed."""

import shlex
from collections.abc import Sequence
from typing import ClassVar, Literal

from actions.api import Action, ActionFailed, Context, Crash, Exit, Field, Outputs, Secret, StackPath
from actions.tests.client import Result, read_junit, read_tap

_MOST_TOLD = 3
_LONGEST_WORDS = 160
_REPORT = "{report}"


class Tested(Outputs):
    """How many tests came out how. All zero while they run."""

    total: int = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0


class Run(Action[Tested]):
    """Run tests by a program that tells their results as JUnit XML or TAP, and fail with the first that failed."""

    #: Tests change nothing that would have to be reversed.
    needs_undo: ClassVar[bool] = False

    argv: list[str] = Field(
        min_length=1,
        description="the program and its arguments, one by one; {report} becomes the file for JUnit XML",
        examples=[["pytest", "smoke", "--junitxml={report}"]],
    )
    results: Literal["junit", "tap"] = Field(
        default="junit", description="how it tells them: JUnit XML in {report}, or TAP as its output", examples=["tap"]
    )
    cwd: StackPath | None = Field(
        default=None, description="folder to run in; by default the stack's", examples=["payload"]
    )
    env: dict[str, str] = Field(
        default={},
        description="variables added to a small clean environment",
        examples=[{"SITE": "https://www.example.org"}],
    )
    secret_env: dict[str, Secret] = Field(
        default={}, description="variables whose values are secrets", examples=[{"API_TOKEN": "env:API_TOKEN"}]
    )
    timeout_s: float | None = Field(
        default=None, gt=0, description="seconds after which it is ended, with all it started", examples=[600]
    )

    @property
    def crash(self) -> Crash:
        """Tests may be run again."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """The command as it would be started. Starts nothing."""
        for reference in self.secret_env.values():
            ctx.secret(reference)
        env = [f"{name}={shlex.quote(value)}" for name, value in self.env.items()]
        env += [f"{name}=({reference})" for name, reference in self.secret_env.items()]
        return " ".join(["Would run the tests:", *env, shlex.join(self.argv)])

    def run(self, ctx: Context) -> Tested:
        """Run them, and count."""
        folder = ctx.path(self.cwd or ".")
        secrets = {name: ctx.secret(reference) for name, reference in self.secret_env.items()}
        report, lines = ctx.scratch / "report.xml", list[str]()

        def take(line: str) -> None:
            lines.append(line)
            ctx.log(line)

        ctx.begin(Tested())
        argv = [word.replace(_REPORT, str(report)) for word in self.argv]
        end = ctx.exec(argv, cwd=folder, env={**self.env, **secrets}, on_line=take, timeout_s=self.timeout_s)
        if self.results == "junit" and not report.exists() and end.code != 0:
            raise _ended(self.argv[0], end)
        return self._judged(ctx, read_tap(lines) if self.results == "tap" else read_junit(report), end)

    def _judged(self, ctx: Context, found: Sequence[Result], end: Exit) -> Tested:
        bad = [one for one in found if one.failure is not None]
        skipped = sum(one.is_skipped for one in found)
        counted = Tested(total=len(found), passed=len(found) - len(bad) - skipped, failed=len(bad), skipped=skipped)
        ctx.progress(len(found), len(found), f"{counted.passed} passed, {counted.failed} failed, {skipped} skipped")
        if bad:
            told = "; ".join(
                f"{one.name}: {ctx.masked(one.failure or '')[:_LONGEST_WORDS].rstrip('.')}" for one in bad[:_MOST_TOLD]
            )
            more = f"; and {len(bad) - _MOST_TOLD} more" if len(bad) > _MOST_TOLD else ""
            raise ActionFailed(f"{len(bad)} of {len(found)} tests failed: {told}{more}.", hint="The log has all of it.")
        if end.code != 0:
            raise _ended(self.argv[0], end)
        if counted.passed == 0:
            raise ActionFailed("No test was run, so nothing is proven.", hint="Does the program find its tests?")
        ctx.log(f"{counted.passed} of {counted.total} tests passed.")
        return counted


def _ended(program: str, end: Exit) -> ActionFailed:
    last = next((line.strip() for line in reversed(end.tail) if line.strip()), "")
    return ActionFailed(f"{program} ended with code {end.code}.", hint=f"Its last words: {last[:300]}" if last else "")
