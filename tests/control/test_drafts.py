"""Answers that are kept between two pages of a form."""

import pytest

from bot.base.errors import NotFound
from tests.control.house import ADA, BEN


def test_a_draft_is_found_by_whoever_answered_and_by_nobody_else(the_house):
    key = the_house.control.drafts.keep({"reason": "x" * 10_000}, by=ADA)

    assert the_house.control.drafts.find(key, by=ADA) == {"reason": "x" * 10_000}
    with pytest.raises(NotFound, match="not kept any more"):
        the_house.control.drafts.find(key, by=BEN)
