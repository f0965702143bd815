"""What is paused begins nothing; what runs goes on; the end hands on what waited, in order."""

from datetime import timedelta

import pytest

from bot.base.errors import NotAllowed, NotFound, NotNow, Refused
from bot.model.pause import Pause
from bot.model.run import RunStatus
from tests.control.house import ADA, BEN, House

VAULT = "stack: vault\ntitle: Vault\nenvironments: {cellar: }\njobs: {open: {steps: [{wait: 1s}]}}\n"


def pause(house: House, *words: str, why: str = "network work", length: timedelta | None = None) -> Pause:
    pauses = house.control.pauses
    return pauses.pause(pauses.find(words, by=ADA), by=ADA, why=why, origin="slack", length=length, channel="#ops")


def unpause(house: House, *words: str) -> list[int]:
    pauses = house.control.pauses
    return pauses.unpause(pauses.find(words, by=ADA), by=ADA, origin="slack", channel="#ops")


def test_what_is_asked_for_in_a_pause_waits_and_goes_on_in_order(the_house: House) -> None:
    pause(the_house)
    runs = [the_house.start(job).number for job in ("deploy", "look", "restart")]

    assert the_house.engine.given == []
    assert the_house.waits_for(runs[0]) == "Ada paused everything at 12:00 UTC: network work."
    assert unpause(the_house) == runs
    assert the_house.engine.given == runs[:2], "the third waits for the lock"
    the_house.end(runs[0])
    assert the_house.engine.given == runs


def test_a_pause_covers_what_its_name_says_and_nothing_else(the_house: House) -> None:
    pause(the_house, "shop", "deploy", "on", "staging")

    held = the_house.start("deploy")
    free = the_house.start("deploy", "production")
    other = the_house.start("restart")

    assert the_house.engine.given == [free.number, other.number], "what is paused holds no lock"
    assert the_house.status(held.number) is RunStatus.WAITING


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ((), "*"),
        (("everything",), "*"),
        (("shop",), "shop"),
        (("shop", "deploy"), "shop/deploy"),
        (("shop/deploy/staging",), "shop/deploy/staging"),
        (("shop", "on", "staging"), "shop/*/staging"),
        (("production",), "*/*/production"),
    ],
)
def test_a_pause_is_named_as_people_say_it(the_house: House, words: tuple[str, ...], target: str) -> None:
    assert the_house.control.pauses.find(words, by=ADA) == target


def test_names_that_are_not_there_are_told(the_house: House) -> None:
    with pytest.raises(NotFound, match=r'no "deplyo". Did you mean "deploy"\?'):
        the_house.control.pauses.find(["shop", "deplyo"], by=ADA)
    with pytest.raises(NotFound, match=r'Did you mean "shop"\?'):
        the_house.control.pauses.find(["shpo"], by=ADA)


def test_what_somebody_may_not_see_is_not_there_for_them(the_house: House) -> None:
    the_house.write("vault/stack.yml", VAULT)
    the_house.write("access.yml", "- {who: '@web', may: run, on: shop/look/staging}\n")
    the_house.catalog.refresh()
    told = []

    for words in ("vault", "vlt", "shop/deply", "shop/deploy", "cellar", "shop/production", "shop/look/production"):
        with pytest.raises(NotFound) as not_found:
            the_house.control.pauses.find([words], by=BEN)
        told.append(str(not_found.value).partition(words)[2])

    for hidden in ("vault", "Vault", "cellar", "deploy", "production"):
        assert hidden not in "".join(told)
    assert the_house.control.pauses.find(["shop/look/staging"], by=BEN) == "shop/look/staging"


def test_two_pauses_have_to_end_both(the_house: House) -> None:
    pause(the_house)
    pause(the_house, "shop", why="shop moves")
    run = the_house.start("look")

    assert unpause(the_house) == []
    assert the_house.waits_for(run.number) == "Ada paused Shop at 12:00 UTC: shop moves."
    assert unpause(the_house, "shop") == [run.number]


def test_a_pause_ends_by_itself_and_says_so_before(the_house: House) -> None:
    pause(the_house, length=timedelta(hours=1))
    run = the_house.start("look")

    the_house.clock.push(minutes=51)
    the_house.control.timers.fire_due()
    with the_house.store.read() as tx:
        timer = tx.timers.waiting("pause:*")
        assert timer
        assert tx.messages.get(f"timer:{timer.id}")
    the_house.clock.push(minutes=10)
    the_house.control.timers.fire_due()

    assert the_house.engine.given == [run.number]
    assert the_house.control.pauses.all() == []
    assert the_house.told() == [
        "Ada paused everything at 12:00 UTC, until 13:00 UTC: network work. What is queued waits.",
        "The pause of everything is over (Timer).",
    ]


def test_a_run_that_waits_in_a_pause_can_be_cancelled(the_house: House) -> None:
    pause(the_house)
    run = the_house.start("deploy")

    the_house.control.runs.cancel(run.number, by=ADA, origin="slack")

    assert the_house.status(run.number) is RunStatus.ABORTED
    assert unpause(the_house) == []


def test_pausing_needs_the_right_and_a_reason_and_is_done_once(the_house: House) -> None:
    the_house.write("access.yml", "- {who: '@platform', may: [admin], on: '*'}\n")
    the_house.catalog.refresh()
    with pytest.raises(Refused, match="Say why"):
        pause(the_house, why="")
    with pytest.raises(NotAllowed, match=r"@platform may\."):
        the_house.control.pauses.pause("*", by=BEN, why="fun", origin="slack", channel=None)
    pause(the_house)
    with pytest.raises(NotNow, match="It is paused already"):
        pause(the_house)
    with pytest.raises(NotNow, match="not paused"):
        unpause(the_house, "shop")
