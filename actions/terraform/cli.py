"""How terraform, or tofu, is called: its command lines, its surroundings, and the files that carry values."""

import errno
import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from actions.api import ActionFailed, Context, Exit
from actions.terraform.diagnostics import VALUES, Diagnostics

#: What people call the programs, and where each is had.
NAMES = {"terraform": "Terraform", "tofu": "OpenTofu"}
_SOURCES = {
    "terraform": "https://developer.hashicorp.com/terraform/install",
    "tofu": "https://opentofu.org/docs/intro/install",
}
#: The variable with the folder of downloaded providers.
_PROVIDERS = "TF_PLUGIN_CACHE_DIR"
#: The workspace that is always there.
DEFAULT = "default"
#: Interrupted, it lets the calls end that are under way, and writes down what came of them.
_INTERRUPT_S = 600.0
#: A line of `workspace list`; the selected one has a star.
_WORKSPACE = re.compile(r"^[* ] (\S+)$")


@dataclass(frozen=True, kw_only=True)
class Terraform:
    """One program at work on one configuration, for one step. All methods raise ActionFailed with its own words."""

    ctx: Context
    program: str
    #: The configuration, and as the stack names it.
    folder: Path
    written: str
    workspace: str
    #: Given to it beside our own, secrets among them.
    env: Mapping[str, str] = field(repr=False)
    lock_timeout_s: int

    def init(self, backend: Mapping[str, str]) -> None:
        """Get modules and providers, into a folder of this step's own: two runs share none.

        The providers' lock file is not written: which ones are used is the authors' choice, and yes is said to it.
        """
        words = ["init", "-input=false", "-no-color", "-lockfile=readonly"]
        if backend:
            words.append(f"-backend-config={self._write('backend.json', dict(backend))}")
        lines: list[str] = []
        with _alone(self.ctx, self._providers):
            end = self._call(words, lines.append, workspace=DEFAULT)
        said = Diagnostics(self.ctx, lines)
        if any("Missing backend configuration" in line for line in lines):
            raise ActionFailed(
                f"{self.written} has no backend, so `backend_config` would change nothing.",
                hint='Write an empty one into it: terraform { backend "s3" {} }',
            )
        if any("Provider dependency changes detected" in line for line in lines):
            raise ActionFailed(
                f"{self.written}/.terraform.lock.hcl does not say which providers to use.",
                hint=f"Run `{self.program} init` there once, and keep that file with the configuration.",
            )
        self._demand_success(end, said, "prepare")

    def has_workspace(self) -> bool:
        """Is the workspace there?"""
        if self.workspace == DEFAULT:
            return True
        lines: list[str] = []
        end = self._call(["workspace", "list", "-no-color"], lines.append, workspace=DEFAULT)
        self._demand_success(end, Diagnostics(self.ctx, lines), "list the workspaces of")
        return any(match[1] == self.workspace for line in lines if (match := _WORKSPACE.match(line)))

    def delete_workspace(self) -> str:
        """Delete the workspace if nothing is in it; why it is still there, else the empty string.

        Never with -force: of what is in it nobody would know any more.
        """
        if self.workspace == DEFAULT:
            return ""
        lines: list[str] = []
        words = ["workspace", "delete", "-no-color", f"-lock-timeout={self.lock_timeout_s}s", self.workspace]
        end = self._call(words, lines.append, workspace=DEFAULT)
        return "" if end.code == 0 else Diagnostics(self.ctx, lines).sentence or "it says nothing"

    def plan(
        self,
        *,
        values: Mapping[str, JsonValue],
        files: Sequence[Path],
        targets: Sequence[str],
        destroy: bool,
        take: Callable[[str], None],
    ) -> None:
        """Find out what has to be done, into a file that `show` shows and `apply` does exactly; it holds secrets."""
        words = ["plan", "-input=false", "-no-color", "-json", f"-out={self._planned}"]
        # A preview changes nothing, so it may look while somebody else is at work.
        words.append("-lock=false" if self.ctx.previewing else f"-lock-timeout={self.lock_timeout_s}s")
        words += ["-destroy"] if destroy else []
        words += [f"-target={target}" for target in targets]
        words += [f"-var-file={file}" for file in files]
        # The last one wins.
        words.append(f"-var-file={self._write(VALUES, values)}")
        said = Diagnostics(self.ctx)
        end = self._call(words, _both(said.take, take))
        self._demand_success(end, said, "plan")
        if said.undeclared:
            raise ActionFailed(f'{self.written} has no variable "{said.undeclared}".', hint="Is it spelt right?")

    def show(self) -> str:
        """What is planned, in JSON, with all secrets that are in it: nobody but us may read it."""
        lines: list[str] = []
        end = self._call(["show", "-no-color", "-json", str(self._planned)], lines.append)
        # Whole, it is one line, which comes in pieces; what it complains of comes before.
        _, begin, rest = "".join(lines).partition('{"format_version"')
        if end.code != 0 or not begin:
            raise ActionFailed(f"{NAMES[self.program]} cannot show its plan of {self.written}.")
        return begin + rest

    def apply(self, take: Callable[[str], None]) -> None:
        """Do exactly what is planned; *take* is given each line."""
        words = ["apply", "-input=false", "-no-color", "-json", f"-lock-timeout={self.lock_timeout_s}s"]
        said = Diagnostics(self.ctx)
        end = self._call([*words, str(self._planned)], _both(said.take, take))
        hint = "What is done by now stays, and is in the state: the next run goes on from there."
        self._demand_success(end, said, "apply", hint)

    @property
    def _providers(self) -> Path:
        """Where programs keep the providers that they have downloaded, for the next one."""
        given = self.env.get(_PROVIDERS)
        return Path(given) if given else Path.home() / ".cache" / "stackhand" / "terraform-providers"

    @property
    def _planned(self) -> Path:
        return self.ctx.scratch / "planned"

    def _call(self, words: Sequence[str], take: Callable[[str], None], *, workspace: str | None = None) -> Exit:
        env = {
            **self.env,
            _PROVIDERS: str(self._providers),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
            "TF_DATA_DIR": str(self.ctx.scratch / "data"),
            "TF_WORKSPACE": workspace or self.workspace,
        }
        try:
            return self.ctx.exec(
                [self.program, *words], cwd=self.folder, env=env, on_line=take, interrupt_s=_INTERRUPT_S
            )
        except ActionFailed:
            if shutil.which(self.program) is None:
                raise ActionFailed(
                    f"There is no program {self.program} on this machine.",
                    hint=f"Install {NAMES[self.program]}: {_SOURCES[self.program]}",
                ) from None
            raise

    def _demand_success(self, end: Exit, said: Diagnostics, verb: str, hint: str = "") -> None:
        if end.code == 0:
            return
        if said.lock:
            raise ActionFailed(f"The state of {self.written} is locked: {said.lock}.", hint=self._unlock(said))
        why = said.sentence or (end.tail[-1] if end.tail else f"it ended with code {end.code}")
        raise ActionFailed(f"{NAMES[self.program]} cannot {verb} {self.written}: {why.rstrip('.')}.", hint=hint)

    def _unlock(self, said: Diagnostics) -> str:
        where = f"TF_WORKSPACE={self.workspace} " if self.workspace != DEFAULT else ""
        wait = "Wait until that is over, or raise `lock_timeout_s`."
        return f"{wait} Did its machine die? {where}{self.program} force-unlock {said.lock_id}"

    def _write(self, name: str, values: Mapping[str, JsonValue]) -> Path:
        """Values in a file that only we can read. At once or not at all: after a restart it is written again."""
        path = self.ctx.scratch / name
        new = path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(values, file)
        return new.replace(path)


def _both(first: Callable[[str], None], second: Callable[[str], None]) -> Callable[[str], None]:
    """Hands each line to both."""

    def take(line: str) -> None:
        first(line)
        second(line)

    return take


@contextmanager
def _alone(ctx: Context, folder: Path) -> Iterator[None]:
    """Nobody else fills *folder* meanwhile: Terraform does not keep two programs from breaking each other's work."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = folder.with_suffix(".lock").open("a")
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            # A full disk is waited for.
            raise
        raise ActionFailed(
            f"{folder} cannot be written: {error.strerror}.",
            hint=f"Downloaded providers stay there. Name another folder in `env`, as {_PROVIDERS}.",
        ) from error
    with lock as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                ctx.sleep(0.2)
        yield
