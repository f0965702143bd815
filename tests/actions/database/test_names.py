"""The names of earlier stagings: what a copy goes by when it asks whether it was swapped already."""

from datetime import UTC, datetime, timedelta

from actions.database.names import kept_among, kept_name

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_two_copies_within_a_second_have_names_of_their_own():
    # With the same one, the second would be taken for the first, swapped before a crash: nothing would be copied.
    assert kept_name("shop", NOON) != kept_name("shop", NOON + timedelta(milliseconds=300))


def test_the_newest_comes_first_also_among_names_that_told_only_the_second():
    newer, newest = kept_name("shop", NOON), kept_name("shop", NOON + timedelta(milliseconds=1))

    listed = kept_among(["shop", newest, "shop_before_20260301t120000", newer, "shop_before_noon"], "shop")

    assert listed == [newest, newer, "shop_before_20260301t120000"]
