"""The buttons below a run's message, and those of what happens later."""

from collections.abc import Callable

from bot.base.errors import NotFound
from bot.model.person import Person
from bot.model.run import Decision, Run
from bot.model.timer import Timer
from bot.slack.desk import ORIGIN, Desk
from bot.slack.ids import DECIDE, OutOfDate, RunRef, TimerRef, nth
from bot.slack.interaction import Ack, Body, Interaction, read_interaction, read_shortcut
from bot.slack.listeners.commands import show_run
from bot.slack.listeners.starters import NOW, RESOLVE, RETRY, RETRY_FROM, UNDO, Starters
from bot.slack.live import scene_of
from bot.slack.views import timer_message
from bot.slack.views.log_modal import log_modal
from bot.slack.views.parts import modal
from bot.slack.views.run_message import run_blocks

_LOG_LINES = 80


class RunButtons:
    """Cancel, Undo, Run again, Retry from a step, Log, Show, and the four of an interrupted step."""

    def __init__(self, desk: Desk, starters: Starters) -> None:
        self._desk = desk
        self._starters = starters

    def cancel(self, ack: Ack, body: Body) -> None:
        """Cancel: the message itself shows the answer."""
        self._act(ack, body, lambda ref, person: self._desk.door.runs.cancel(ref.run, by=person, origin=ORIGIN))

    def undo(self, ack: Ack, body: Body) -> None:
        """Undo: a new run, once per message however often it is clicked."""
        self._start(ack, body, UNDO)

    def retry(self, ack: Ack, body: Body) -> None:
        """Retry: a new run, once per message however often it is clicked."""
        self._start(ack, body, RETRY)

    def retry_from(self, ack: Ack, body: Body) -> None:
        """Retry from step N: a new run that takes over what was done, once per message however often it is clicked."""
        self._start(ack, body, RETRY_FROM)

    def decide(self, ack: Ack, body: Body) -> None:
        """Retry step, Skip, Undo or Abort of an interrupted run; the first decision counts."""
        interaction = read_interaction(body)
        if interaction.action == nth(DECIDE, Decision.UNDO):
            self._start(ack, body, RESOLVE)
            return

        def resolve(ref: RunRef, person: Person) -> Run:
            if ref.do not in {Decision.RETRY, Decision.SKIP, Decision.ABORT}:
                raise OutOfDate
            return self._desk.door.runs.resolve(ref.run, Decision(ref.do), by=person, origin=ORIGIN)

        self._act(ack, body, resolve)

    def show(self, ack: Ack, body: Body) -> None:
        """Show: the run's message as it is now, in private."""
        with self._desk.click(ack, body) as interaction:
            show_run(self._desk, interaction, RunRef.decode(interaction.value).run)

    def explain(self, ack: Ack, body: Body) -> None:
        """The shortcut of a message: the run that it tells of, with all that one can do about it."""
        ack()
        desk, interaction = self._desk, read_shortcut(body)
        with desk.refusals(interaction), desk.opened(interaction, "About this run") as fill:
            view = desk.door.runs.view(self._run_of(interaction))
            desk.demand_sight(desk.person(interaction), view.run.target)
            fill(modal("About this run", run_blocks(scene_of(view, desk.door, desk.stacks))))

    def _run_of(self, interaction: Interaction) -> int:
        """The run of the message, or of the one whose thread it is in. Raises NotFound."""
        with self._desk.store.read() as tx:
            for ts in filter(None, (interaction.message_ts, interaction.thread_ts)):
                found = tx.messages.at(interaction.channel or "", ts)
                # What warns of a moment belongs to the run that set it.
                timer = tx.timers.get(found.timer) if found and found.timer is not None else None
                if run := (found and found.run) or (timer and timer.run):
                    return run
        raise NotFound("This message is not about a run.", hint="/stack runs lists the newest.")

    def log(self, ack: Ack, body: Body) -> None:
        """Log: the last lines in a modal, and the same modal again with newer ones."""
        desk = self._desk
        with desk.click(ack, body) as interaction:
            ref = RunRef.decode(interaction.value)
            with desk.opened(interaction, "Log") as fill:
                run = desk.door.runs.get(ref.run)
                desk.demand_sight(desk.person(interaction), run.target)
                fill(log_modal(run, desk.door.runs.log(ref.run).tail(_LOG_LINES)))

    def _start(self, ack: Ack, body: Body, do: str) -> None:
        with self._desk.click(ack, body) as interaction:
            self._starters.clicked(interaction, do, RunRef.decode(interaction.value).run)

    def _act(self, ack: Ack, body: Body, act: Callable[[RunRef, Person], Run]) -> None:
        with self._desk.click(ack, body) as interaction:
            run = act(RunRef.decode(interaction.value), self._desk.person(interaction))
            self._desk.wake()
            if interaction.in_copy:
                self._desk.tell(interaction, f"Done. {run.name} is {run.status}.")


class TimerButtons:
    """Extend, now, Cancel."""

    def __init__(self, desk: Desk, starters: Starters) -> None:
        self._desk = desk
        self._starters = starters

    def change(self, ack: Ack, body: Body) -> None:
        """The message itself shows the answer."""
        with self._desk.click(ack, body) as interaction:
            ref = TimerRef.decode(interaction.value)
            if ref.do == timer_message.NOW:
                self._starters.clicked(interaction, NOW, ref.timer)
                return
            self._verb(ref.do)(ref.timer, by=self._desk.person(interaction), origin=ORIGIN)
            self._desk.wake()

    def _verb(self, do: str) -> Callable[..., Timer]:
        timers = self._desk.door.timers
        match do:
            case timer_message.EXTEND:
                return timers.extend
            case timer_message.CANCEL:
                return timers.cancel
            case _:
                raise OutOfDate
