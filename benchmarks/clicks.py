"""How soon a click is answered, and how soon something happens: both subjects in turns, at 1, 10 and 100 at once."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.figures import Aim, Spread
from benchmarks.subjects import Rows, Subject
from benchmarks.team import Team, open_session

CLICK, SUBMIT, MESSAGE = "click -> ack", "submit -> ack", "submit -> first message"
#: How often, by how many at once: enough samples to speak of a 99th percentile, in two minutes.
_CLICKS = {1: 100, 10: 20, 100: 4}
_SUBMITS = {1: 30, 10: 6, 100: 1}
_MOST_TIMES_BARE_BOLT = 1.3
_FIRST_STEP_MS = 200.0


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Milliseconds by (what, at once, subject), and from a submit's row to its first step by how many at once."""

    ms: dict[tuple[str, int, str], list[float]]
    first_steps_ms: dict[int, list[float]]

    def lines(self) -> Iterator[str]:
        """A table, the two subjects side by side."""
        columns = "p50      p95      p99"
        yield f"{'ms':<24} at once   {'bare Bolt':<9}{columns:>22}   {'Stackhand':<9}{columns:>22}"
        for what in (CLICK, SUBMIT, MESSAGE):
            for many in _CLICKS:
                bolt, ours = (Spread.of(self.ms[what, many, name]) for name in ("bare Bolt", "Stackhand"))
                yield f"{what:<24} {many:>7}   {bolt!s:>31}   {ours!s:>31}   of {ours.count} each"
        for many in _CLICKS:
            samples = self.first_steps_ms[many]
            yield f"{'submit -> first step':<24} {many:>7}   {'':>31}   {Spread.of(samples)!s:>31}   of {len(samples)}"

    def aims(self) -> Iterator[Aim]:
        """What was promised."""
        for what in (CLICK, SUBMIT):
            for many in _CLICKS:
                bolt, ours = (Spread.of(self.ms[what, many, name]).p99 for name in ("bare Bolt", "Stackhand"))
                yield Aim(
                    what=f"{what} p99, {many} at once, against bare Bolt",
                    measured=ours / bolt,
                    most=_MOST_TIMES_BARE_BOLT,
                    unit="x",
                )
        first = Spread.of(self.first_steps_ms[1]).p50
        yield Aim(what="submit -> first step p50", measured=first, most=_FIRST_STEP_MS, unit="ms")


async def measure(subjects: list[Subject], rows: Rows) -> Answers:
    """Click and submit, the subjects in turns, so that whatever else this machine does hits both."""
    answers = Answers(ms=defaultdict(list), first_steps_ms=defaultdict(list))
    async with open_session() as session:
        teams = {subject.name: Team(subject.url, size=max(_CLICKS), session=session) for subject in subjects}
        for subject in subjects:
            await teams[subject.name].gather(subject.board)
        for many in reversed(_CLICKS):
            # The largest first: all that is made once, like threads, is there when one alone is measured.
            for turn in range(_CLICKS[many]):
                for name, team in teams.items():
                    await _click(answers, team, name, team.some(many, turn=turn))
            for turn in range(_SUBMITS[many]):
                for name, team in teams.items():
                    newest = rows.newest_run()
                    await _submit(answers, team, name, team.some(many, turn=turn))
                    await _until_over(rows)
                    answers.first_steps_ms[many] += rows.first_steps_ms(after=newest)
    rows.demand_success()
    return answers


async def _click(answers: Answers, team: Team, subject: str, names: list[str]) -> None:
    answers.ms[CLICK, len(names), subject] += await team.click(names)
    await team.close(await team.forms(names))


async def _submit(answers: Answers, team: Team, subject: str, names: list[str]) -> None:
    await team.click(names)
    answers.ms[SUBMIT, len(names), subject] += await team.submit(await team.forms(names))
    answers.ms[MESSAGE, len(names), subject] += await team.first_messages(names)


async def _until_over(rows: Rows) -> None:
    while not rows.are_all_over():
        await asyncio.sleep(0.05)
