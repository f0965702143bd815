"""What each message shows now, made from the newest rows."""

from dataclasses import dataclass

from bot.base.errors import NotFound
from bot.base.text import cut
from bot.model.message import Message, MessageKind
from bot.model.run import RunStatus, RunView
from bot.model.timer import Timer, TimerKind, TimerState
from bot.slack.door import Door, Stacks
from bot.slack.limits import MESSAGE_TEXT, Block
from bot.slack.mrkdwn import entities, plain, with_links
from bot.slack.views.menu import board_blocks, board_text, gone_blocks
from bot.slack.views.parts import section
from bot.slack.views.run_message import RunScene, run_blocks, run_text
from bot.slack.views.timer_message import timer_blocks, timer_text


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A message as it should look."""

    text: str
    blocks: list[Block]
    #: Of the rows it was made from.
    revision: int
    #: It shows an end, or somebody has to act: it does not wait for its turn.
    is_urgent: bool


class Live:
    """Makes pictures."""

    def __init__(self, *, door: Door, stacks: Stacks) -> None:
        self._door = door
        self._stacks = stacks

    def picture(self, message: Message) -> Picture:
        """The newest look of *message*. Raises NotFound when its rows are gone."""
        match message.kind:
            case MessageKind.RUN:
                return self._run(message)
            case MessageKind.TIMER:
                return self._timer(message)
            case MessageKind.BOARD:
                return self._board(message)
            case _:
                # Stands there as it was written, but its texts may hold what people typed: nothing in it may mention.
                text = entities(cut(plain(str(message.body.get("text", ""))), MESSAGE_TEXT))
                return _urgent(message, text, [section(with_links(text))])

    def _run(self, message: Message) -> Picture:
        if message.run is None:
            raise NotFound(f"The message {message.key} names no run.")
        view = self._door.runs.view(message.run)
        status = view.run.status
        return Picture(
            text=run_text(view),
            blocks=run_blocks(scene_of(view, self._door, self._stacks)),
            revision=max(message.wanted, view.run.revision),
            is_urgent=status.is_over or status is RunStatus.INTERRUPTED,
        )

    def _timer(self, message: Message) -> Picture:
        if message.timer is None:
            raise NotFound(f"The message {message.key} names no timer.")
        timer = self._door.timers.get(message.timer)
        title = job_title(timer, self._stacks)
        return _urgent(message, timer_text(title, timer), timer_blocks(title, timer))

    def _board(self, message: Message) -> Picture:
        name = str(message.body.get("stack", ""))
        try:
            stack = self._stacks.stack(name)
        except NotFound:
            return _urgent(message, f"The stack {name} is not there any more.", gone_blocks(name))
        return _urgent(message, board_text(stack), board_blocks(stack))


def scene_of(view: RunView, door: Door, stacks: Stacks) -> RunScene:
    """A run with the names that its stack gives to things today."""
    waiting = [
        timer
        for timer in door.timers.of_run(view.run.number)
        if timer.state is TimerState.WAITING and timer.kind is TimerKind.START
    ]
    try:
        _, job = stacks.job(view.run.stack, view.run.job)
        form = job.form
    except NotFound:
        form = ()
    return RunScene(
        view=view,
        timers=[(job_title(timer, stacks), timer) for timer in waiting],
        fields={field.name: field for field in form},
    )


def job_title(timer: Timer, stacks: Stacks) -> str:
    """The title of the job that a timer starts; its name when the stack has lost it."""
    try:
        return stacks.job(timer.stack, timer.job)[1].title
    except NotFound:
        return timer.job


def _urgent(message: Message, text: str, blocks: list[Block]) -> Picture:
    return Picture(text=text, blocks=blocks, revision=message.wanted, is_urgent=True)
