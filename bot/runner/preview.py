"""Asks the actions of a job what they would do, by reading only."""

import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from actions.api import ActionFailed, Cancelled, Outputs
from bot.base.text import cut
from bot.catalog.expressions import ExpressionProblem, evaluate, names_in
from bot.control.logs import RunLog
from bot.control.preview import StepPreview
from bot.control.runs import ReadyJob, Runs
from bot.control.start import StartJob
from bot.model.plan import AnyStep, Uses, walk
from bot.model.run import HostResult, Progress
from bot.runner.context import ProgramLost, StepContext
from bot.runner.redact import Redactor
from bot.runner.signals import Signals
from bot.runner.step_log import StepLog
from bot.runner.use import make

#: A preview is worth waiting for only so long.
_TIMEOUT_S = 60.0
_MOST_LETTERS = 8000


class Preview:
    """Previews jobs: the implementation of `control.preview.Previewer`."""

    def __init__(self, *, runs: Runs, logs: RunLog, environ: Mapping[str, str]) -> None:
        self._runs = runs
        self._logs = logs
        self._environ = environ

    def preview(self, start: StartJob) -> list[StepPreview]:
        """The previews of all steps, in order. Raises NotFound, NotAllowed, WrongInputs; starts nothing."""
        ready = self._runs.prepare(start)
        run = {"number": 0, "name": ready.stack.name, "started_by": start.person.name}
        scope = {**ready.plan.scope, "run": {**run, "title": ready.job.title}}
        later = {step.name: step.id for step in walk(ready.plan.steps) if step.name}
        found = []
        for step in walk(ready.plan.steps):
            uses = step.uses if isinstance(step, Uses) else None
            known_after = _known_after(step, later)
            text, problem = "", ""
            if isinstance(step, Uses) and not known_after:
                text, problem = self._one(ready, step, scope, start.person.name)
            found.append(
                StepPreview(
                    id=step.id, title=step.title, uses=uses, text=text, problem=problem, known_after=known_after
                )
            )
        return found

    def _one(self, ready: ReadyJob, step: Uses, scope: Mapping[str, Any], asked_by: str) -> tuple[str, str]:
        """What the step says it would do, and what already speaks against it."""
        redactor = Redactor()
        try:
            if step.when is not None and not evaluate(step.when, scope):
                return "Not needed here: it would be skipped.", ""
            action = make(step, scope)
            with _folder(self._logs) as folder, closing(StepLog(folder / "log")) as step_log:
                context = self._context(ready, folder, step_log, redactor, asked_by)
                return cut(redactor.mask(action.preview(context)), _MOST_LETTERS), ""
        except ActionFailed as failed:
            return "", redactor.mask(f"{failed.reason} {failed.hint}".strip())
        except (Cancelled, ProgramLost):
            return "", "The preview was broken off."
        except ExpressionProblem as problem:
            return "", str(problem)

    def _context(
        self, ready: ReadyJob, folder: Path, step_log: StepLog, redactor: Redactor, asked_by: str
    ) -> StepContext:
        signals = Signals(cancelled_by=lambda: None, leaving=threading.Event()).within(_TIMEOUT_S)
        context = StepContext(
            run_name=ready.stack.name,
            started_by=asked_by,
            stack_folder=Path(ready.plan.folder),
            step_folder=folder,
            log=step_log,
            redactor=redactor,
            signals=signals,
            report=_Nothing(),
            environ=self._environ,
        )
        context.previewing = True
        return context


@contextmanager
def _folder(logs: RunLog) -> Iterator[Path]:
    """A folder for one preview, gone afterwards."""
    place = logs.preview_folder()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Path(tempfile.mkdtemp(dir=place))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


class _Nothing:
    """Takes down nothing: a preview leaves no trace."""

    def begun(self, outputs: Outputs | None) -> Outputs | None:
        return outputs

    def host(self, result: HostResult) -> None:
        del result

    def progress(self, progress: Progress) -> None:
        del progress


def _known_after(step: AnyStep, later: Mapping[str, str]) -> str:
    """The step, as "step 1", without whose outputs nothing can be said about this one; empty: there is none."""
    written = [step.when or "", step.with_ if isinstance(step, Uses) else {}]
    try:
        needed = {later[path[0]] for path in names_in(written) if path[0] in later}
    except ExpressionProblem:
        return ""
    return f"step {max(needed)}" if needed else ""
