"""Asks the actions of a job, or those of a run that waits for approval, what they would do, by reading only.

A yes is pinned to the hash of what was shown, so the same has to read the same each time. Actions see to it that their
previews are made of what would happen, and not of how long the looking took (`Action.preview`). What no action can help
is taken out before the hash is made: the folder of this very preview, and moments within an hour of now, which are a
program's clock speaking. A duration, a count or a date further away is part of what would happen, and counts.
"""

import hashlib
import json
import re
import shutil
import tempfile
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from actions.api import ActionFailed, Cancelled, Outputs
from bot.base.clock import Clock
from bot.base.redact import Redactor
from bot.base.text import cut
from bot.catalog.expressions import ExpressionProblem, evaluate, names_in
from bot.catalog.way_back import is_final
from bot.control.logs import RunLog
from bot.control.runs import Runs
from bot.control.scope import scope_of
from bot.control.start import StartJob
from bot.model.approval import StepPreview
from bot.model.file import files_of
from bot.model.plan import AnyStep, Each, Plan, RunJob, Uses, walk
from bot.model.run import HOOKS, HostResult, Progress, Run, StepStatus
from bot.runner.actions import make
from bot.runner.context import ProgramLost, StepContext
from bot.runner.files import BringFiles
from bot.runner.signals import Signals
from bot.runner.step_log import StepLog
from bot.store.store import Store

log = structlog.get_logger()

_MOST_LETTERS = 8000
_SKIPPED = "Not needed here: it would be skipped."
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?")
_CLOCK_SPEAKS = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Whose steps are previewed, for whom, with what is known already."""

    name: str
    plan: Plan
    by: str
    scope: Mapping[str, Any]
    #: Names of steps whose outputs are still to come, each with the step's id.
    later: Mapping[str, str]
    #: Set when this process has to let go of the work.
    leaving: threading.Event


class StepPreviews:
    """Previews steps."""

    def __init__(self, *, logs: RunLog, environ: Mapping[str, str], clock: Clock) -> None:
        self._logs = logs
        self._environ = environ
        self._clock = clock

    def of(self, steps: Sequence[AnyStep], asked: _Asked) -> list[StepPreview]:
        """One preview for each of *steps*, but for what is inside of steps that would be skipped."""
        found: list[StepPreview] = []
        skipped: tuple[str, ...] = ()
        for step in steps:
            if step.id.startswith(skipped):
                continue
            found.append(self._of_step(step, asked))
            if found[-1].text == _SKIPPED:
                skipped = (*skipped, f"{step.id}.")
        return found

    def _of_step(self, step: AnyStep, asked: _Asked) -> StepPreview:
        known_after = _known_after(step, asked.later)
        text = same = _of_itself(step)
        problem = ""
        if isinstance(step, Uses) and not known_after:
            text, problem, same = self._one(step, asked)
        elif not known_after and not _is_wanted(step, asked.scope):
            text = same = _SKIPPED
        said = json.dumps([step.title, same, problem, known_after])
        return StepPreview(
            id=step.id,
            title=step.title,
            uses=step.uses if isinstance(step, Uses) else None,
            text=cut(text, _MOST_LETTERS),
            problem=problem,
            known_after=known_after,
            is_final=is_final(step) and text != _SKIPPED,
            hash=hashlib.sha256(said.encode()).hexdigest(),
        )

    def _one(self, step: Uses, asked: _Asked) -> tuple[str, str, str]:
        """What the step says it would do; what already speaks against it; and the first without what passes."""
        redactor = Redactor()
        try:
            if step.when is not None and not evaluate(step.when, asked.scope):
                return _SKIPPED, "", _SKIPPED
            action = make(step, asked.scope)
            with _folder(self._logs) as folder, closing(StepLog(folder / "log")) as step_log:
                context = self._context(asked, folder, step_log, redactor, within_s=action.preview_s)
                text = _with_names(redactor.mask(action.preview(context)), asked.scope)
                return text, "", without_what_passes(text, folder, self._clock.now())
        except ActionFailed as failed:
            return "", redactor.mask(f"{failed.reason} {failed.hint}".strip()), ""
        except (Cancelled, ProgramLost):
            return "", "The preview was broken off.", ""
        except ExpressionProblem as problem:
            return "", str(problem), ""
        except Exception as bug:  # noqa: BLE001 - a boundary: only here is it known what must not be told
            log.error("a preview broke", uses=step.uses, trace=redactor.mask(traceback.format_exc()))
            return "", f"The preview of {step.uses} broke: {type(bug).__name__}. This is a bug in the action.", ""

    def _context(
        self, asked: _Asked, folder: Path, step_log: StepLog, redactor: Redactor, *, within_s: float
    ) -> StepContext:
        signals = Signals(cancelled_by=lambda: None, leaving=asked.leaving).within(within_s)
        context = StepContext(
            run_name=asked.name,
            started_by=asked.by,
            stack_folder=Path(asked.plan.folder),
            step_folder=folder,
            log=step_log,
            redactor=redactor,
            signals=signals,
            report=_Nothing(),
            environ=self._environ,
        )
        context.previewing = True
        return context


class Preview:
    """Previews jobs: the implementation of `control.preview.Previewer`."""

    def __init__(self, *, runs: Runs, steps: StepPreviews, files: BringFiles) -> None:
        self._runs = runs
        self._files = files
        self._steps = steps

    def preview(self, start: StartJob) -> list[StepPreview]:
        """The previews of all steps, in order. Raises NotFound, NotAllowed, WrongInputs, Refused; starts nothing."""
        ready = self._runs.prepare(start)
        # What a step would do may depend on what is in them.
        self._files.bring(ready.inputs)
        run = {"number": 0, "name": ready.stack.name, "started_by": start.person.name}
        gate: list[AnyStep] = [ready.plan.gate] if ready.plan.gate else []
        # Hooks come only when something goes wrong, or after all.
        steps = gate + [step for step in walk(ready.plan.steps) if not _hooks_in(step.id)]
        asked = _Asked(
            name=ready.stack.name,
            plan=ready.plan,
            by=start.person.name,
            scope={**ready.plan.scope, "run": {**run, "title": ready.job.title}},
            later={step.name: step.id for step in steps if step.name},
            leaving=threading.Event(),
        )
        return self._steps.of(steps, asked)


class RunPreview:
    """Previews what waits behind an approval: the implementation of `control.preview.RunPreviewer`."""

    def __init__(self, *, store: Store, steps: StepPreviews) -> None:
        self._store = store
        self._steps = steps

    def behind(self, run: Run, step: str, *, leaving: threading.Event | None = None) -> list[StepPreview]:
        """The previews of what is still to be done once approval *step* is given, in order.

        Raises HandedOver once *leaving* is set.
        """
        with self._store.read() as tx:
            scope, records = scope_of(tx, run), tx.steps.of(run.number)
        plan, done = run.plan, {record.id for record in records if record.status is StepStatus.SUCCEEDED}
        asked = _Asked(
            name=run.name,
            plan=plan,
            by=run.started_by,
            scope=scope,
            later={one.name: one.id for one in plan.all_steps() if one.name and one.id not in done},
            leaving=leaving or threading.Event(),
        )
        # Hooks of what is behind it come only when something goes wrong, or after all.
        deep = _hooks_in(step)
        return self._steps.of([one for one in plan.behind(step) if _hooks_in(one.id) <= deep], asked)


def _hooks_in(id: str) -> int:
    """In how many hooks, one inside the other, the step stands."""
    return sum(part in HOOKS for part in id.split("."))


def without_what_passes(text: str, folder: Path, now: datetime) -> str:
    """*text* as it reads each time: without this preview's own *folder*, and without the clock."""

    def unless_now(match: re.Match[str]) -> str:
        return "now" if abs(_moment(match[0], now) - now) < _CLOCK_SPEAKS else match[0]

    return _MOMENT.sub(unless_now, text.replace(str(folder), "folder"))


def _with_names(text: str, scope: Mapping[str, Any]) -> str:
    """*text* with files of the form as people call them: where they lie concerns nobody who says yes or no."""
    form = scope.get("form")
    for file in (file for value in form.values() for file in files_of(value)) if isinstance(form, Mapping) else ():
        if "path" in file:
            text = text.replace(file["path"], file["name"])
    return text


def _moment(written: str, now: datetime) -> datetime:
    """The moment that *written* is, in UTC where it has no zone; far away when it is none, like 2026-13-45 25:00:00."""
    try:
        found = datetime.fromisoformat(written.replace(",", "."))
    except ValueError:
        return now + timedelta(days=1)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


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

    def window_left(self, length: timedelta) -> timedelta:
        del length
        return timedelta()


def _is_wanted(step: AnyStep, scope: Mapping[str, Any]) -> bool:
    """Is the `when` of a step that holds others true, as far as that can be known?"""
    try:
        return step.when is None or bool(evaluate(step.when, scope))
    except ExpressionProblem:
        return True


def _of_itself(step: AnyStep) -> str:
    """What can be said of a step that uses no action."""
    match step:
        case RunJob():
            return f"Starts {step.stack}/{step.job} as a run of its own."
        case Each():
            return f"Once for each of {', '.join(map(str, step.each))}." if isinstance(step.each, list) else "For each."
    return ""


def _known_after(step: AnyStep, later: Mapping[str, str]) -> str:
    """The step, as "step 1", without whose outputs nothing can be said about this one; empty: there is none."""
    written = [step.when or "", step.with_ if isinstance(step, Uses | RunJob) else {}]
    try:
        needed = {later[path[0]] for path in names_in(written) if path[0] in later}
    except ExpressionProblem:
        return ""
    return f"step {max(needed)}" if needed else ""
