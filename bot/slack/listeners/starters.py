"""What one click would start where the environment is protected: first its name is typed, as the form asks for it."""

import secrets

from bot.control.forms.choices import NotYet
from bot.control.start import Request
from bot.model.person import Person
from bot.model.run import Decision, Run
from bot.model.target import place
from bot.model.timer import TimerKind
from bot.slack.desk import ORIGIN, Desk
from bot.slack.ids import CONFIRM_NAME, ClickRef, OutOfDate
from bot.slack.interaction import Ack, Body, Interaction, read_interaction
from bot.slack.listeners.pages import AT_ONCE_S, refusals_shown, view_of, wrong_name
from bot.slack.live import job_title
from bot.slack.views.confirm_modal import looking_modal
from bot.slack.views.name_modal import name_modal
from bot.slack.views.parts import modal, section

UNDO, RETRY, RETRY_FROM, RESOLVE, NOW = "undo", "retry", "retry-from", "resolve-undo", "now"
#: What each starts, as the title of the page that asks, and the right that it needs.
_TITLES = {UNDO: "Undo", RETRY: "Run again", RETRY_FROM: "Retry", RESOLVE: "Undo", NOW: "Start now"}
_RIGHTS = {UNDO: "undo", RETRY: "run", RETRY_FROM: "run", RESOLVE: "undo"}
#: The moments that let a job begin, and who may let it begin before.
_STARTS = {TimerKind.START: "run", TimerKind.FREEZE: "override"}


class Starters:
    """Starts what a click asks for: at once, or once the name of a protected environment was typed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def clicked(self, click: Interaction, do: str, number: int) -> None:
        """Ask for the name, or do it. Raises what doing it raises: who may not is told before any question."""
        ref = _ref(click, do, number)
        what, environment, right, target = self._about(ref)
        person = self._desk.person(click)
        if self._is_protected(target, environment) and right and self._desk.door.access.may(person, right, target):
            with self._desk.opened(click, _TITLES[do]) as fill:
                fill(name_modal(_TITLES[do], what, environment, ref))
            return
        line = self._do(ref, person)
        self._desk.wake()
        if line or click.in_copy:
            self._desk.tell(click, line or "Done.")

    def named(self, ack: Ack, body: Body) -> None:
        """The page with the name: a wrong one is told below it, the right one does what was clicked."""
        interaction = read_interaction(body)
        view = view_of(interaction)
        with refusals_shown(ack, view):
            ref = ClickRef.decode(view.private_metadata)
            _, environment, _, _ = self._about(ref)
            if error := wrong_name(view, environment):
                ack(response_action="errors", errors={CONFIRM_NAME: error})
                return
            person = self._desk.person(interaction)
            try:
                line = self._do(ref, person, patience_s=AT_ONCE_S)
            except NotYet:
                external_id = f"start.{secrets.token_hex(8)}"
                ack(response_action="update", view=looking_modal(view.title, external_id))
                self._desk.pool.submit(self._do_later, ref, person, view.title, external_id)
                return
            self._desk.wake()
            said = modal(view.title, [section(line)]) if line else None
            ack(**({"response_action": "update", "view": said} if said else {"response_action": "clear"}))

    def _do_later(self, ref: ClickRef, person: Person, title: str, external_id: str) -> None:
        """Takes seconds, so it runs after the answer, in the desk's own pool."""
        with self._desk.filling(title, external_id=external_id) as fill:
            line = self._do(ref, person)
            self._desk.wake()
            fill(modal(title, [section(line or "It is started.")], clear_on_close=True))

    def _about(self, ref: ClickRef) -> tuple[str, str, str, str]:
        """What would happen, in which environment, the right that it needs (empty: it starts nothing), and on what.

        Raises NotFound, OutOfDate.
        """
        if ref.do not in _TITLES:
            raise OutOfDate
        if ref.do == NOW:
            timer = self._desk.door.timers.get(ref.number)
            title = place(job_title(timer, self._desk.stacks), timer.environment)
            return f"{title} starts now.", timer.environment or "", _STARTS.get(timer.kind, ""), timer.target
        run = self._desk.door.runs.get(ref.number)
        return _meaning(ref.do, run), run.environment or "", _RIGHTS[ref.do], run.target

    def _is_protected(self, target: str, environment: str) -> bool:
        if not environment:
            return False
        stack = self._desk.stacks.stacks.get(target.partition("/")[0])
        declared = stack.declared(environment) if stack else None
        # One that is declared no more may well have been protected.
        return declared is None or declared.protected

    def _do(self, ref: ClickRef, person: Person, *, patience_s: float | None = None) -> str:
        """Do it, once per message however often it is clicked; what is to be said beside the messages it changes.

        Raises NotYet where lists of choices are not read within *patience_s*.
        """
        door = self._desk.door
        if ref.do == NOW:
            door.timers.now(ref.number, by=person, origin=ORIGIN)
            return ""
        if ref.do == RESOLVE:
            door.runs.resolve(ref.number, Decision.UNDO, by=person, origin=ORIGIN)
            return ""
        start = {UNDO: door.runs.undo, RETRY: door.runs.retry, RETRY_FROM: door.runs.retry_from}[ref.do]
        key = f"{ref.do}:{ref.number}:{ref.where}"
        request = Request(by=person, origin=ORIGIN, key=key, channel=ref.channel, patience_s=patience_s)
        run = start(ref.number, request)
        if run.status.is_over or run.started_by_id != person.id:
            return f"{run.name} does that already: it is {run.status}, started by {run.started_by}."
        return ""


def _ref(click: Interaction, do: str, number: int) -> ClickRef:
    where = click.message_ts or (click.view.id if click.view else click.action_ts)
    return ClickRef(do=do, number=number, where=where, channel=click.asked_in)


def _meaning(do: str, run: Run) -> str:
    what = run.what
    match do:
        case "retry":
            return f"A new run of {what} starts with the answers of {run.name}."
        case "retry-from":
            return f"A new run of {what} takes over what {run.name} has done, and goes on from there."
        case _:
            return f"What {run.name} ({what}) did is undone, the newest step first."
