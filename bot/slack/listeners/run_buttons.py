"""The buttons below a run's message, and those of what happens later."""

from collections.abc import Callable

from bot.model.person import Person
from bot.model.run import Decision, Run
from bot.model.timer import Timer
from bot.slack.desk import ORIGIN, Desk
from bot.slack.ids import OutOfDate, RunRef, TimerRef
from bot.slack.interaction import Interaction, read_interaction
from bot.slack.listeners.commands import show_run
from bot.slack.listeners.forms import Ack, Body
from bot.slack.views import timer_message
from bot.slack.views.log_modal import log_modal

_LOG_LINES = 80


class RunButtons:
    """Cancel, Undo, Retry, Log, Show, and the four of an interrupted step."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def cancel(self, ack: Ack, body: Body) -> None:
        """Cancel: the message itself shows the answer."""
        self._act(ack, body, lambda ref, person, _: self._desk.door.runs.cancel(ref.run, by=person, origin=ORIGIN))

    def undo(self, ack: Ack, body: Body) -> None:
        """Undo: a new run, once per message however often it is clicked."""
        self._act(ack, body, lambda ref, person, click: self._again("undo", ref, person, click))

    def retry(self, ack: Ack, body: Body) -> None:
        """Retry: a new run, once per message however often it is clicked."""
        self._act(ack, body, lambda ref, person, click: self._again("retry", ref, person, click))

    def decide(self, ack: Ack, body: Body) -> None:
        """Retry step, Skip, Undo or Abort of an interrupted run; the first decision counts."""

        def resolve(ref: RunRef, person: Person, click: Interaction) -> Run:
            del click
            if ref.do not in set(Decision):
                raise OutOfDate
            return self._desk.door.runs.resolve(ref.run, Decision(ref.do), by=person, origin=ORIGIN)

        self._act(ack, body, resolve)

    def show(self, ack: Ack, body: Body) -> None:
        """Show: the run's message as it is now, in private."""
        ack()
        interaction = read_interaction(body)
        with self._desk.refusals(interaction):
            show_run(self._desk, interaction, RunRef.decode(interaction.value).run)

    def log(self, ack: Ack, body: Body) -> None:
        """Log: the last lines in a modal, and the same modal again with newer ones."""
        ack()
        desk, interaction = self._desk, read_interaction(body)
        with desk.refusals(interaction):
            ref = RunRef.decode(interaction.value)
            with desk.opened(interaction, "Log") as fill:
                run = desk.door.runs.view(ref.run).run
                desk.demand_sight(desk.person(interaction), run)
                fill(log_modal(run, desk.door.runs.log(ref.run).tail(_LOG_LINES)))

    def _again(self, verb: str, ref: RunRef, person: Person, click: Interaction) -> Run:
        runs = self._desk.door.runs
        start = runs.undo if verb == "undo" else runs.retry
        where = click.message_ts or (click.view.id if click.view else click.action_ts)
        channel = None if click.view else click.channel
        run = start(ref.run, by=person, origin=ORIGIN, key=f"{verb}:{ref.run}:{where}", channel=channel)
        if run.status.is_over or run.started_by_id != person.id:
            line = f"{run.name} does that already: it is {run.status}, started by {run.started_by}."
            self._desk.tell(click, line)
        return run

    def _act(self, ack: Ack, body: Body, act: Callable[[RunRef, Person, Interaction], Run]) -> None:
        ack()
        interaction = read_interaction(body)
        with self._desk.refusals(interaction):
            run = act(RunRef.decode(interaction.value), self._desk.person(interaction), interaction)
            self._desk.wake()
            if interaction.is_private:
                # A private copy is never edited, so it would look as if nothing happened.
                self._desk.tell(interaction, f"Done. {run.name} is {run.status}.")


class TimerButtons:
    """Extend, now, Cancel."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def change(self, ack: Ack, body: Body) -> None:
        """The message itself shows the answer."""
        ack()
        interaction = read_interaction(body)
        with self._desk.refusals(interaction):
            ref = TimerRef.decode(interaction.value)
            self._verb(ref.do)(ref.timer, by=self._desk.person(interaction), origin=ORIGIN)
            self._desk.wake()

    def _verb(self, do: str) -> Callable[..., Timer]:
        timers = self._desk.door.timers
        match do:
            case timer_message.EXTEND:
                return timers.extend
            case timer_message.NOW:
                return timers.now
            case timer_message.CANCEL:
                return timers.cancel
            case _:
                raise OutOfDate
