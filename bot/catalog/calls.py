"""Jobs that run other jobs, perhaps of other stacks: are they there, do they get their answers, is it no circle?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.base.text import did_you_mean, join_words
from bot.catalog.marks import Entries, Scalar, plain
from bot.catalog.problems import Fault, Mark, Problem, problems
from bot.model.stack import Job, Stack


@dataclass(frozen=True, kw_only=True)
class Call:
    """A step that runs a job."""

    #: Where it is written.
    mark: Mark
    #: The job whose step it is; None: not known yet.
    by: str | None = None
    #: As it is written: JOB or STACK/JOB.
    run: str
    #: None: not written, or an expression.
    environment: str | None
    #: The answers that it gives.
    answers: frozenset[str] = field(default_factory=frozenset)

    def target(self, stack: str) -> tuple[str, str]:
        """Stack and job that it runs, when it stands in *stack*."""
        other, _, job = self.run.rpartition("/")
        return other or stack, job


#: The calls of each stack, and what its file is called in problems.
Calls = Mapping[str, tuple[str, tuple[Call, ...]]]


def called_in(step: Entries) -> Iterator[Call]:
    """The call that *step* is, if it is one."""
    run, answers, where = (step.entries.get(key) for key in ("run", "with", "environment"))
    if isinstance(run, Scalar) and isinstance(run.value, str):
        names = frozenset(answers.entries) if isinstance(answers, Entries) else frozenset()
        written = plain(where) if where else None
        environment = written if isinstance(written, str) and "{{" not in written else None
        yield Call(mark=run.mark, run=run.value, environment=environment, answers=names)


def of_job(calls: list[Call], job: str) -> list[Call]:
    """The same calls, of steps of *job*."""
    return [replace(call, by=job) for call in calls]


def call_problems(calls: Calls, stacks: Mapping[str, Stack]) -> Iterator[Problem]:
    """What is wrong with the calls of all stacks."""
    edges = {
        (stack, call.by or ""): [other.target(stack) for other in found if other.by == call.by]
        for stack, (_, found) in calls.items()
        for call in found
    }
    for stack, (shown, found) in calls.items():
        faults = [fault for call in found for fault in _faults(call, stack, stacks, edges)]
        yield from problems(shown, faults)


_Edges = Mapping[tuple[str, str], list[tuple[str, str]]]


def _faults(call: Call, stack: str, stacks: Mapping[str, Stack], edges: _Edges) -> Iterator[Fault]:
    other, name = call.target(stack)
    if other not in stacks:
        yield call.mark, f'There is no stack "{other}". {did_you_mean(other, list(stacks))}'.rstrip()
        return
    jobs = stacks[other].jobs
    if name not in jobs:
        yield call.mark, f'{stacks[other].title} has no job "{name}". {did_you_mean(name, list(jobs))}'.rstrip()
        return
    yield from ((call.mark, sentence) for sentence in _misfits(call, jobs[name]))
    if circle := _circle((stack, call.by or ""), (other, name), edges):
        shown = " → ".join("/".join(job) for job in circle)
        yield call.mark, f"These jobs run one another without an end: {shown}."


def _misfits(call: Call, job: Job) -> Iterator[str]:
    if call.environment is not None and call.environment not in job.environments:
        hint = did_you_mean(call.environment, job.environments)
        yield f'The job "{job.name}" does not act on "{call.environment}". {hint}'.rstrip()
    asked = {one.name: one for one in job.form}
    for name in sorted(call.answers - asked.keys()):
        yield f'The job "{job.name}" does not ask for "{name}". {did_you_mean(name, list(asked))}'.rstrip()
    missing = [name for name, one in asked.items() if one.required and one.default is None]
    if missing := [name for name in missing if name not in call.answers]:
        yield f'The job "{job.name}" asks for {join_words(missing)}: answer it below "with".'


def _circle(start: tuple[str, str], first: tuple[str, str], edges: _Edges) -> list[tuple[str, str]]:
    """The way from *start* over *first* back to *start*; empty: there is none."""
    ways, seen = [[start, first]], set()
    while ways:
        way = ways.pop()
        if way[-1] == start:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, after] for after in edges.get(way[-1], ())]
    return []
