"""What each message shows now, made from the newest rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.base.errors import NotFound, Refused
from bot.base.text import cut
from bot.model.approval import ApprovalView
from bot.model.form import FormField
from bot.model.message import Message, MessageKind
from bot.model.notify import NotifyRule, Occasion
from bot.model.pause import named
from bot.model.person import Person
from bot.model.run import Run, RunStatus, RunView
from bot.model.timer import Timer, TimerKind, TimerState
from bot.slack.door import Door, Stacks
from bot.slack.limits import MESSAGE_TEXT, Block
from bot.slack.mrkdwn import entities, plain, with_links
from bot.slack.views.approval_message import ApprovalScene, approval_blocks, approval_text
from bot.slack.views.board import BoardScene, board_blocks, board_text, gone_blocks
from bot.slack.views.notice import GroupId, notice_blocks, notice_text, quiet_text
from bot.slack.views.parts import section
from bot.slack.views.run_message import RunScene, run_blocks, run_text
from bot.slack.views.scheduled_message import scheduled_blocks, scheduled_text
from bot.slack.views.timer_message import timer_blocks, timer_text
from bot.slack.views.version_message import version_blocks, version_text
from bot.slack.views.versions_message import versions_blocks, versions_text


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A message as it should look."""

    text: str
    blocks: list[Block]
    #: Of the rows it was made from.
    revision: int
    #: It shows an end, or somebody has to act: it does not wait for its turn.
    is_urgent: bool


#: Of more runs in one night nobody wants to read.
_QUIET_RUNS = 500


class Live:
    """Makes pictures."""

    def __init__(self, *, door: Door, stacks: Stacks, group_id: GroupId, person: Callable[[str], Person]) -> None:
        """*group_id* knows the id behind a group's handle, *person* who has an id; it may raise Refused."""
        self._group_id = group_id
        self._person = person
        #: Whom nobody knows: asked for once.
        self._strangers: set[str] = set()
        self._door = door
        self._stacks = stacks

    def picture(self, message: Message) -> Picture:
        """The newest look of *message*. Raises NotFound when its rows are gone."""
        match message.kind:
            case MessageKind.RUN:
                return self._run(message)
            case MessageKind.TIMER:
                return self._timer(message)
            case MessageKind.APPROVAL:
                return self._approval(message)
            case MessageKind.BOARD:
                return self._board(message)
            case MessageKind.NOTICE:
                return self._notice(message)
            case MessageKind.QUIET:
                return self._quiet(message)
            case MessageKind.VERSION:
                return self._version(message)
            case MessageKind.VERSIONS:
                return _urgent(message, versions_text(message.body), versions_blocks(message.body))
            case MessageKind.SCHEDULED:
                return self._scheduled(message)
            case _:
                # Stands there as it was written, but its texts may hold what people typed: nothing in it may mention.
                text = entities(cut(plain(str(message.body.get("text", ""))), MESSAGE_TEXT))
                return _urgent(message, text, [section(with_links(text))])

    def _run(self, message: Message) -> Picture:
        if message.run is None:
            raise NotFound(f"The message {message.key} names no run.")
        view = self._introduced(self._door.runs.view(message.run))
        status = view.run.status
        return Picture(
            text=run_text(view),
            blocks=run_blocks(scene_of(view, self._door, self._stacks)),
            revision=max(message.wanted, view.run.revision),
            is_urgent=status.is_over or status is RunStatus.INTERRUPTED,
        )

    def _introduced(self, view: RunView) -> RunView:
        """*view* with the names of those among the answers who never spoke to us."""
        named = dict(view.named)
        for id in {*view.run.people_answered} - named.keys() - self._strangers:
            try:
                named[id] = self._person(id).name
            except Refused:
                self._strangers.add(id)
        return replace(view, named=named)

    def _timer(self, message: Message) -> Picture:
        if message.timer is None:
            raise NotFound(f"The message {message.key} names no timer.")
        timer = self._door.timers.get(message.timer)
        title, cancel = job_title(timer, self._stacks), self._cancel_label(timer)
        return _urgent(message, timer_text(title, timer), timer_blocks(title, timer, cancel=cancel))

    def _cancel_label(self, timer: Timer) -> str:
        """What the button says that calls it off, where the stack's author has words for that."""
        then = self._door.runs.get(timer.run).plan.then if timer.kind is TimerKind.START else None
        return then.cancel if then else ""

    def _approval(self, message: Message) -> Picture:
        view = self._door.approvals.get(int(message.body.get("approval", 0)))
        return _urgent(message, approval_text(view), approval_blocks(approval_scene(view, self._stacks)))

    def _notice(self, message: Message) -> Picture:
        if message.run is None:
            raise NotFound(f"The message {message.key} names no run.")
        run = self._door.runs.get(message.run)
        occasion = Occasion(str(message.body["occasion"]))
        text = notice_text(run, occasion, list(message.body.get("mention", [])), self._group_id)
        return _urgent(message, text, notice_blocks(text, run))

    def _quiet(self, message: Message) -> Picture:
        since, until = (datetime.fromisoformat(str(message.body[name])) for name in ("since", "until"))
        rule = NotifyRule.model_validate(message.body["rule"])
        runs = self._door.runs.recent(limit=_QUIET_RUNS, stack=str(message.body["stack"]))
        text = quiet_text(runs, rule, since, until)
        return _urgent(message, text, [section(text)])

    def _version(self, message: Message) -> Picture:
        where = {name: str(message.body.get(name, "")) for name in ("stack", "resource", "number")}
        view = self._door.announcements.view(**where)
        return _urgent(message, version_text(view), version_blocks(view))

    def _scheduled(self, message: Message) -> Picture:
        moment = datetime.fromisoformat(str(message.body["moment"]))
        stack, name, late = (str(message.body.get(key, "")) for key in ("stack", "name", "late"))
        view = self._door.scheduled.view(stack, name, moment, late)
        return _urgent(message, scheduled_text(view), scheduled_blocks(view))

    def _board(self, message: Message) -> Picture:
        name = str(message.body.get("stack", ""))
        try:
            stack = self._stacks.stack(name)
        except NotFound:
            return _urgent(message, f"The stack {name} is not there any more.", gone_blocks(name))
        jobs = self._door.jobs.here(stack)
        scene = BoardScene(
            stack=stack,
            jobs=jobs,
            standing=self._door.toggles.of_stack(stack, jobs),
            pauses=[one for one in self._door.pauses.all() if one.reaches(stack.name)],
            frozen=self._door.freezes.in_stack(stack),
        )
        return _urgent(message, board_text(scene), board_blocks(scene))


def scene_of(view: RunView, door: Door, stacks: Stacks) -> RunScene:
    """A run with the names that its stack gives to things today."""
    # Those of steps name them; that of an approval names none, and stands in the approval's own message.
    waiting = [
        timer
        for timer in door.timers.of_run(view.run.number)
        if timer.state is TimerState.WAITING and (timer.kind is TimerKind.START or timer.subject)
    ]
    return RunScene(
        view=view,
        timers=[(job_title(timer, stacks), timer) for timer in waiting],
        fields=_fields_of(view.run, stacks),
    )


def approval_scene(view: ApprovalView, stacks: Stacks) -> ApprovalScene:
    """An approval with the names that the run's stack gives to things today."""
    return ApprovalScene(view=view, fields=_fields_of(view.run, stacks))


def _fields_of(run: Run, stacks: Stacks) -> dict[str, FormField]:
    try:
        _, job = stacks.job(run.stack, run.job)
    except NotFound:
        return {}
    return {field.name: field for field in job.form}


def job_title(timer: Timer, stacks: Stacks) -> str:
    """The title of the job that a timer starts, its name when the stack has lost it; or what else it is about."""
    if timer.kind is TimerKind.PAUSE:
        return named(timer.subject, stacks.stacks)
    if timer.subject:
        return timer.subject
    try:
        return stacks.job(timer.stack, timer.job)[1].title
    except NotFound:
        return timer.job


def _urgent(message: Message, text: str, blocks: list[Block]) -> Picture:
    return Picture(text=text, blocks=blocks, revision=message.wanted, is_urgent=True)
