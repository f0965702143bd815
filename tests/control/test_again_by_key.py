"""The same key again finds the run that it started: for who started it, and for others only with the right to."""

import pytest

from bot.base.errors import NotAllowed
from tests.control.house import ADA, BEN, EVE, House


def test_the_key_of_somebody_else_shows_nothing_that_one_may_not_start(the_house: House) -> None:
    the_house.write("access.yml", "- {who: ['@platform', '@web'], may: run, on: shop}\n")
    the_house.catalog.refresh()
    run = the_house.start("look", by=ADA, key="a view")

    assert the_house.start("look", by=ADA, key="a view").number == run.number
    assert the_house.start("look", by=BEN, key="a view").number == run.number
    with pytest.raises(NotAllowed, match="You may not run"):
        the_house.start("look", by=EVE, key="a view")
