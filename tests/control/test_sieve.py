"""Which versions count, and in which order they stand."""

from datetime import UTC, datetime, timedelta

import pytest

from actions.api import Version
from bot.control.watchers.sieve import in_order, newest, verdict
from bot.model.watch import VersionFilter

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def why(number: str = "1.9", *, deployed: str = "", first_seen_at: datetime | None = None, **values) -> str:
    """Why it does not count; *values* are the version's own, and the filter's."""
    own = {name: values.pop(name) for name in ("published_at", "is_prerelease", "is_yanked") if name in values}
    version, chosen = Version(number=number, **own), VersionFilter(**values)
    return verdict(version, chosen, now=NOW, first_seen_at=first_seen_at, deployed=deployed)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (["1.10", "1.9", "1.9.1"], ["1.9", "1.9.1", "1.10"]),
        (["v2.0.0", "v2.0.0-rc.1", "v1.99.0"], ["v1.99.0", "v2.0.0-rc.1", "v2.0.0"]),
        (["1.2.3-next.10", "1.2.3-next.9", "1.2.3"], ["1.2.3-next.9", "1.2.3-next.10", "1.2.3"]),
        (["release-2024.10", "release-2024.9"], ["release-2024.9", "release-2024.10"]),
        (["1!1.0", "2026.1"], ["2026.1", "1!1.0"]),
        (["latest", "1.0"], ["latest", "1.0"]),
        ([], []),
    ],
)
def test_versions_stand_by_their_number_or_as_they_were_listed(listed, expected):
    assert [version.number for version in in_order(Version(number=number) for number in listed)] == expected


def test_names_stand_by_when_they_were_published():
    old = Version(number="jammy", published_at=NOW - timedelta(days=9))
    new = Version(number="focal-ever", published_at=NOW)

    assert in_order([new, old]) == [old, new]


def test_the_newest_is_the_last_in_order():
    assert (newest(["1.9", "1.10", "1.2"]), newest([])) == ("1.10", "")


@pytest.mark.parametrize(
    ("number", "wanted", "expected"),
    [
        ("1.9", ">=1.9, <2", ""),
        ("v1.9.0", ">=1.9, <2", ""),
        ("1.10", "~=1.4", ""),
        ("2.0", "~=1.4", "it is not ~=1.4"),
        ("1.8.9", ">=1.9", "it is not >=1.9"),
        ("1.9.3", "==1.9.*", ""),
        ("1.9.1", "!=1.9.1", "it is not !=1.9.1"),
        ("latest", ">=1", "its number cannot be compared with >=1"),
    ],
)
def test_a_range_is_of_numbers_not_of_texts(number, wanted, expected):
    assert why(number, range=wanted) == expected


@pytest.mark.parametrize("number", ["2.0rc1", "v2.0.0-beta.3", "2.0.0-next.4", "2.0.dev1", "2.0a1"])
def test_a_pre_release_counts_only_where_it_is_wanted(number):
    assert why(number) == "it is a pre-release"
    assert why(number, prereleases=True) == ""
    assert why(number, prereleases=True, range="<3") == ""


def test_what_its_publisher_calls_a_pre_release_is_one():
    assert why("2.0", is_prerelease=True) == "it is a pre-release"


def test_what_was_withdrawn_never_counts():
    assert why(is_yanked=True, prereleases=True) == "it was withdrawn"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1.9-alpine", ""),
        ("1.9-alpine-slim", "it does not match [0-9.]+-alpine"),
        ("1.9", "it does not match [0-9.]+-alpine"),
        ("1.8-alpine", "it matches 1[.]8.*, which is ignored"),
    ],
)
def test_patterns_are_of_the_whole_number(number, expected):
    assert why(number, include="[0-9.]+-alpine", ignore="1[.]8.*", prereleases=True) == expected


@pytest.mark.parametrize(
    ("published", "seen", "expected"),
    [
        (timedelta(days=3), None, ""),
        (timedelta(days=3) - timedelta(seconds=1), timedelta(days=9), "it is younger than 3d"),
        (None, timedelta(days=3), ""),
        (None, timedelta(days=1), "it is younger than 3d"),
        (None, None, "it is younger than 3d"),
    ],
)
def test_age_is_by_when_it_was_published_else_by_when_it_was_first_seen(published, seen, expected):
    moment = None if published is None else NOW - published
    first_seen_at = None if seen is None else NOW - seen

    assert why(published_at=moment, first_seen_at=first_seen_at, min_age_s=3 * 86400.0) == expected


@pytest.mark.parametrize(
    ("number", "deployed", "expected"),
    [
        ("1.10", "1.9", ""),
        ("v1.10", "1.9.9", ""),
        ("1.9", "1.9", "1.9 is deployed"),
        ("1.9", "1.10", "1.10 is deployed"),
        ("1.9", "", "it is not known what is deployed"),
        ("1.9", "main", "it cannot be compared with main"),
        ("latest", "1.9", "it cannot be compared with 1.9"),
    ],
)
def test_newer_is_by_what_is_deployed(number, deployed, expected):
    assert why(number, deployed=deployed, newer=True) == expected
