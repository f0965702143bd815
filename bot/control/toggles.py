"""How jobs stand that take each other back, found in the rows of their runs."""

from collections.abc import Sequence

from bot.model.stack import Job, Stack
from bot.model.toggle import Standing
from bot.store.store import Store


class Toggles:
    """Jobs that have an inverse."""

    def __init__(self, *, store: Store) -> None:
        self._store = store

    def of_stack(self, stack: Stack, jobs: Sequence[Job]) -> list[Standing]:
        """How those of *jobs* stand that have an inverse; a job and its inverse say it once."""
        found = [one for job in jobs for one in self.standing(stack, job)]
        return list(dict.fromkeys(found))

    def standing(self, stack: Stack, job: Job) -> list[Standing]:
        """How *job* and its inverse stand in each environment; nothing where neither has ever succeeded."""
        inverse = stack.jobs.get(job.inverse or "")
        if inverse is None:
            return []
        pair = {job.name: (job, inverse), inverse.name: (inverse, job)}
        with self._store.read() as tx:
            runs = tx.runs.last_succeeded(stack.name, list(pair))
        return [
            Standing(
                # An undo leaves behind what the other of the two would have.
                title=pair[run.job][run.undo_of is not None].title,
                environment=run.environment,
                since=run.ended_at or run.created_at,
                by=run.started_by,
                run=run.number,
            )
            for run in runs
        ]
