"""Run a program on the bot's machine."""

import shlex
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import field_validator

from actions.api import Action, ActionFailed, Context, Crash, Field, Outputs, Secret, StackPath

_Argv = Annotated[list[str], Field(min_length=1)]
_EnvName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class Ended(Outputs):
    """How the program ended."""

    #: Its exit code; None as long as it runs.
    code: int | None = None


class Run(Action[Ended]):
    """Run a program with its arguments as a list; no shell ever reads them. Its output becomes the log."""

    argv: _Argv = Field(
        description="the program and its arguments, one by one; a program's path starts at `cwd`",
        examples=[["systemctl", "restart", "nginx"]],
    )
    cwd: StackPath | None = Field(
        default=None, description="folder to run in; by default the stack's", examples=["payload"]
    )
    env: dict[_EnvName, str] = Field(
        default={}, description="variables added to a small clean environment", examples=[{"REGION": "eu-west-1"}]
    )
    secret_env: dict[_EnvName, Secret] = Field(
        default={}, description="variables whose values are secrets", examples=[{"API_TOKEN": "env:API_TOKEN"}]
    )
    timeout_s: float | None = Field(
        default=None, gt=0, description="seconds after which it is ended, with all it started", examples=[600]
    )
    ok_codes: list[int] = Field(default=[0], min_length=1, description="exit codes that are fine", examples=[[0, 2]])
    idempotent: bool = Field(
        default=False,
        description="is running it twice the same as once? Then it is run again after a crash of the machine",
        examples=[True],
    )
    undo_argv: _Argv | None = Field(
        default=None,
        description="the program and arguments that reverse it; none: it cannot be undone",
        examples=[["systemctl", "stop", "nginx"]],
    )

    @field_validator("argv", "undo_argv", mode="before")
    @classmethod
    def _no_command_line(cls, written: Any) -> Any:
        if isinstance(written, str):
            raise ValueError(
                f"write it as a list, one word each: {_as_list(written)}. No shell reads it, so what people type "
                "stays one word; pipes and wildcards belong into a script"
            )
        return written

    @property
    def crash(self) -> Crash:
        """A program that is at work goes on without the bot; one that died with its machine may be run again or not."""
        return Crash.AGAIN if self.idempotent else Crash.ATTACH

    @classmethod
    def is_final(cls, fields: Mapping[str, Any]) -> bool:
        """It has a way back where it was given one."""
        return fields.get("undo_argv") is None

    def preview(self, ctx: Context) -> str:
        """The command as it would be started. Starts nothing."""
        folder = self._folder(ctx)
        self._demand_program(folder)
        for reference in self.secret_env.values():
            ctx.secret(reference)
        env = [f"{name}={shlex.quote(value)}" for name, value in self.env.items()]
        env += [f"{name}=({reference})" for name, reference in self.secret_env.items()]
        where = [f"in {self.cwd}"] if self.cwd else []
        return "\n".join([" ".join([*env, shlex.join(self.argv)]), *where])

    def run(self, ctx: Context) -> Ended:
        """Run it, and fail unless its exit code is among `ok_codes`."""
        folder = self._folder(ctx)
        secrets = {name: ctx.secret(reference) for name, reference in self.secret_env.items()}
        ctx.begin(Ended())
        end = ctx.exec(self.argv, cwd=folder, env={**self.env, **secrets}, timeout_s=self.timeout_s)
        if end.code in self.ok_codes:
            return Ended(code=end.code)
        last = next((line.strip() for line in reversed(end.tail) if line.strip()), "")
        raise ActionFailed(f"{self.argv[0]} {_ending(end.code)}.", hint=f"Its last words: {last[:300]}" if last else "")

    def undo(self, done: Ended) -> "Run | None":
        """`undo_argv`, in the same place."""
        del done
        if self.undo_argv is None:
            return None
        return self.model_copy(update={"argv": self.undo_argv, "undo_argv": None})

    def _folder(self, ctx: Context) -> Path:
        folder = ctx.path(self.cwd or ".")
        if not folder.is_dir():
            raise ActionFailed(f"There is no folder {self.cwd}.", hint="Paths start at the stack's folder.")
        return folder

    def _demand_program(self, folder: Path) -> None:
        program = self.argv[0]
        if "/" in program:
            found = (folder / program).exists()
        else:
            found = shutil.which(program, path=self.env.get("PATH")) is not None
        if not found:
            raise ActionFailed(f"There is no program {program} on this machine.", hint="Install it, or mend its path.")


def _as_list(command_line: str) -> str:
    try:
        words = shlex.split(command_line)
    except ValueError:
        words = command_line.split()
    return f"[{', '.join(words)}]"


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
