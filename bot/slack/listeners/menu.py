"""The menu, its search, the cards of stacks, and the stars of favourites."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.model.person import Person
from bot.model.run import Run, RunStatus
from bot.model.stack import Environment, Job, Stack
from bot.model.target import target_of
from bot.model.toggle import Standing
from bot.slack.desk import ORIGIN, Desk
from bot.slack.door import Offer
from bot.slack.homes import Homes
from bot.slack.ids import JobRef, OutOfDate, StackRef, StarRef
from bot.slack.interaction import Ack, Body, Interaction
from bot.slack.limits import OPTIONS
from bot.slack.listeners.forms import Forms
from bot.slack.views.card import Card, JobOnCard, card_blocks, card_text
from bot.slack.views.menu import JOBS_SHOWN, Menu, found, menu_message, menu_modal, menu_text
from bot.slack.words import Words

_UNDER_WAY = (RunStatus.QUEUED, RunStatus.WAITING, RunStatus.RUNNING, RunStatus.INTERRUPTED)
_RUNS_LOOKED_AT = 100


class Menus:
    """The listeners around what one may run."""

    def __init__(self, desk: Desk, forms: Forms, homes: Homes) -> None:
        self._desk = desk
        self._forms = forms
        self._homes = homes

    def menu(self, interaction: Interaction, words: Words) -> None:
        """`/stack`."""
        del words
        menu = menu_of(self._desk, self._desk.person(interaction), channel=interaction.channel)
        self._desk.tell(interaction, menu_text(menu), menu_message(menu))

    def card(self, interaction: Interaction, words: Words) -> None:
        """`/stack NAME`. Raises NotFound, NotAllowed."""
        card = self._card(interaction, self._desk.stack(interaction, words.stack))
        self._desk.tell(interaction, card_text(card), card_blocks(card))

    def shortcut(self, ack: Ack, body: Body) -> None:
        """The shortcut, from anywhere: first which job."""
        desk = self._desk
        with desk.click(ack, body) as interaction, desk.opened(interaction, "Run a job") as fill:
            fill(menu_modal(menu_of(desk, desk.person(interaction))))

    def searched(self, ack: Ack, body: Body) -> None:
        """Somebody types into the search; Slack waits for what to offer."""
        person = self._desk.people.of(body["user"]["id"])
        ack(options=found(self._desk.door.jobs.search(person, str(body.get("value") or ""), most=OPTIONS)))

    def chosen(self, ack: Ack, body: Body) -> None:
        """A job was found: its form."""
        with self._desk.click(ack, body) as interaction:
            stack, slash, job = (interaction.value or "").partition("/")
            if not slash:
                raise OutOfDate
            self._forms.open(interaction, JobRef(stack=stack, job=job, channel=interaction.asked_in))

    def shown(self, ack: Ack, body: Body) -> None:
        """The button of a stack: its card, in private."""
        with self._desk.click(ack, body) as interaction:
            card = self._card(interaction, self._desk.stacks.stack(StackRef.decode(interaction.value).stack))
            self._desk.tell(interaction, card_text(card), card_blocks(card))

    def starred(self, ack: Ack, body: Body) -> None:
        """A star: given or taken back, and shown where it was pressed."""
        desk = self._desk
        with desk.click(ack, body) as interaction:
            ref = StarRef.decode(interaction.value)
            person = desk.person(interaction)
            if ref.do == "star":
                desk.door.at_hand.star(person, ref.stack, ref.job, origin=ORIGIN)
            elif ref.do == "unstar":
                desk.door.at_hand.unstar(person, ref.stack, ref.job)
            else:
                raise OutOfDate
            self._homes.show(interaction.user)
            card = self._card(interaction, desk.stacks.stack(ref.stack))
            desk.tell(interaction, card_text(card), card_blocks(card), replace=True)

    def _card(self, interaction: Interaction, stack: Stack) -> Card:
        desk, person = self._desk, self._desk.person(interaction)
        desk.demand_sight(person, stack.name, name=stack.title)
        runs = desk.door.runs.recent(limit=_RUNS_LOOKED_AT, stack=stack.name)
        seen = [run for run in runs if desk.door.access.may(person, "see", run.target)]
        offers = {one.job.name: one for one in desk.door.jobs.offers(person) if one.stack.name == stack.name}
        starred = {one.job.name for one in desk.door.at_hand.of(person).favourites if one.stack.name == stack.name}
        jobs = [
            JobOnCard(
                job=job,
                environments=offers[job.name].environments if job.name in offers else (),
                why_not="" if job.name in offers else desk.door.jobs.why_not(stack, job),
                is_favourite=job.name in starred,
                runs=_newest(seen, job),
                standing=[
                    one
                    for one in desk.door.toggles.standing(stack, job)
                    if desk.door.access.may(person, "see", target_of(stack.name, job.name, one.environment))
                ],
            )
            for job in stack.menu
            if desk.door.access.may(person, "see", f"{stack.name}/{job.name}")
        ]
        return Card(
            stack=stack,
            jobs=jobs,
            pauses=[one for one in desk.door.pauses.all(person) if one.reaches(stack.name)],
            frozen=desk.door.freezes.places(places_of(list(offers.values()))),
            locks=desk.door.locks.of_stack(stack.name, by=person),
            channel=interaction.asked_in,
            is_mistaken=stack.name in desk.stacks.mistaken,
        )


def menu_of(desk: Desk, person: Person, *, channel: str | None = None) -> Menu:
    """A person's menu as it is now."""
    running = desk.door.runs.recent(limit=_RUNS_LOOKED_AT, statuses=_UNDER_WAY)
    offers = desk.door.jobs.offers(person)
    # Of more jobs only their stacks are shown: nothing has to be looked up for each.
    one_by_one = offers if len(offers) <= JOBS_SHOWN else []
    return Menu(
        offers=offers,
        shelf=desk.door.at_hand.of(person),
        running=[run for run in running if desk.door.access.may(person, "see", run.target)],
        channel=channel,
        pauses=desk.door.pauses.all(person),
        frozen=desk.door.freezes.places(places_of(offers)),
        standing={stack: _standing(desk, list(together)) for stack, together in groupby(one_by_one, _stack_of)},
    )


def _stack_of(offer: Offer) -> str:
    return offer.stack.name


def _standing(desk: Desk, offers: Sequence[Offer]) -> list[Standing]:
    """How the jobs of one stack stand, in the places where somebody may run one of them."""
    places = {environment.name if environment else None for _, environment in places_of(offers)}
    found = desk.door.toggles.of_stack(offers[0].stack, [offer.job for offer in offers])
    return [one for one in found if one.environment in places]


def places_of(offers: Sequence[Offer]) -> Iterator[tuple[Stack, Environment | None]]:
    """Where somebody may run something."""
    for offer in offers:
        for environment in offer.environments or (None,):
            yield offer.stack, environment


def _newest(runs: Sequence[Run], job: Job) -> list[Run]:
    """The newest run of a job in each of its environments."""
    newest: dict[str | None, Run] = {}
    for run in runs:
        if run.job == job.name and run.undo_of is None:
            newest.setdefault(run.environment, run)
    return list(newest.values())
