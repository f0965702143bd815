"""The action's side of the program that does the work: starts it, and hands on what it tells."""

from collections.abc import Mapping

from actions.api import ActionFailed, Context, HostState
from actions.database.cli import WORK
from actions.database.job import DoneTold, FailedTold, Job, ProgressTold, TableTold, TextTold, read

_LONGEST_REASON = 500


class Program:
    """One call of `work.py`."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        #: What it said for people.
        self.texts: list[str] = []
        self._failed: FailedTold | None = None
        self._done: DoneTold | None = None

    def run(self, job: Job, *, secrets: Mapping[str, str]) -> DoneTold:
        """Do *job*. Raises ActionFailed when the work says no."""
        file = self._ctx.scratch / f"{job.task}.json"
        # Written at once: after a restart it is written again while the program may be reading it.
        new = file.with_suffix(".new")
        new.write_text(job.model_dump_json(), encoding="utf-8")
        new.replace(file)
        end = self._ctx.exec([*WORK, str(file)], env=secrets, on_line=self._take)
        if self._done is not None and end.code == 0:
            return self._done
        if self._failed is not None:
            raise ActionFailed(self._failed.reason[:_LONGEST_REASON], hint=self._failed.hint)
        if end.code < 0:
            raise ActionFailed(f"The copying program was ended by signal {-end.code}.", hint="Staging is as it was.")
        raise RuntimeError(f"the copying program ended with code {end.code}: {end.tail[-1] if end.tail else ''}")

    def _take(self, line: str) -> None:
        match read(line):
            case TableTold(name=name, state=state, note=note):
                self._ctx.host(name, HostState(state), note)
            case ProgressTold(done=done, total=total, what=what):
                self._ctx.progress(done, total, what)
            case TextTold(text=text):
                self.texts.append(text)
                self._ctx.log(text)
            case FailedTold() as failed:
                self._failed = failed
            case DoneTold() as done:
                self._done = done
            case None:
                self._ctx.log(line)
