"""Durations, nearest names and lists, as people write and read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.base.text import (
    cut,
    did_you_mean,
    format_bytes,
    format_duration,
    format_moment,
    join_words,
    parse_bytes,
    parse_duration,
    plural,
    zone_of,
)


@pytest.mark.parametrize(
    ("written", "seconds"), [("90s", 90), ("30m", 1800), ("1h30m", 5400), (" 2d ", 172800), ("0s", 0), ("1d1s", 86401)]
)
def test_a_duration_is_read(written: str, seconds: int) -> None:
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "30", "1.5h", "-5m", "5 minutes", "m", "30m1h", "999999999999999d", "9" * 400])
def test_what_is_no_duration_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match=r"is no duration\. Write it like|longer than ten years"):
        parse_duration(written)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0.0s"), (3.21, "3.2s"), (59.9, "59s"), (61, "1m 1s"), (5400, "1h 30m"), (183600, "2d 3h"), (3600, "1h")],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert format_duration(timedelta(seconds=seconds)) == said


def test_a_wrong_name_gets_the_nearest_or_all_there_are() -> None:
    assert did_you_mean("prodution", ["staging", "production"]) == 'Did you mean "production"?'
    assert did_you_mean("zzz", ["b", "a"]) == "There is a and b."
    assert did_you_mean("zzz", []) == ""
    assert did_you_mean("zzz", [*"abcdefghijkl"]) == "There is a, b, c, d, e, f, g, h, i, j and 2 more."


def test_lists_and_counts_read_well() -> None:
    assert join_words(["a", "b", "c"]) == "a, b and c"
    assert join_words(["a", "b"], last="or") == "a or b"
    assert (plural(1, "host"), plural(2, "host")) == ("1 host", "2 hosts")
    assert cut("abcdef", 4) == "abc…"


@pytest.mark.parametrize(
    ("written", "size"), [("500 KB", 500_000), ("10MB", 10_000_000), ("1.5 mb", 1_500_000), ("1 GB", 1_000_000_000)]
)
def test_a_size_is_read(written: str, size: int) -> None:
    assert parse_bytes(written) == size


@pytest.mark.parametrize("written", ["", "5", "5 bytes", "-1 MB", "5 MiB", "MB", "1e9 GB"])
def test_what_is_no_size_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match=r"is no size\. Write it like"):
        parse_bytes(written)


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 KB"),
        (1234, "1.2 KB"),
        (12_345, "12 KB"),
        (999_999, "1 MB"),
        (5_000_000, "5 MB"),
        (10**13, "10000 GB"),
    ],
)
def test_a_size_is_said(size: int, said: str) -> None:
    assert format_bytes(size) == said


@pytest.mark.parametrize(
    ("at", "beside", "said"),
    [
        ("2026-11-24T16:02+00:00", "2026-11-24T09:00+00:00", "16:02 UTC"),
        ("2026-11-24T16:02+00:00", "2026-11-23T23:00+00:00", "Tue 24 Nov 16:02 UTC"),
        ("2026-11-24T16:02+00:00", "2025-11-24T16:02+00:00", "Tue 24 Nov 2026 16:02 UTC"),
        ("2026-11-24T16:02+00:00", None, "Tue 24 Nov 2026 16:02 UTC"),
    ],
)
def test_a_moment_is_said_without_what_it_shares_with_the_one_beside_it(at: str, beside: str | None, said: str) -> None:
    other = datetime.fromisoformat(beside) if beside else None

    assert format_moment(datetime.fromisoformat(at), beside=other) == said


def test_a_moment_is_said_by_the_clock_of_its_zone() -> None:
    midnight = datetime(2026, 11, 24, tzinfo=ZoneInfo("Europe/Berlin"))

    assert format_moment(midnight, beside=datetime(2026, 11, 23, 23, tzinfo=UTC)) == "00:00 CET"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/Sao_Paulo", "UTC-3"),
        ("Asia/Kathmandu", "UTC+5:45"),
        ("Europe/Berlin", "CET"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_without_letters_is_told_by_its_distance_from_utc(zone: str, said: str) -> None:
    """People read "16:02 -03"."""
    at = datetime(2026, 11, 24, 16, 2, tzinfo=ZoneInfo(zone))

    assert format_moment(at, beside=at) == f"16:02 {said}"
    assert zone_of(datetime.fromisoformat(at.isoformat())) == (said if said != "CET" else "UTC+1")
