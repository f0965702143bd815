"""Which moments cron lines name, also when clocks change; and what is started for those that passed."""

import re
from datetime import UTC, datetime

import pytest

from bot.base.cron import parse_cron
from bot.watch.schedule import next_moment
from tests.control.front import CLOCK, Front


@pytest.mark.parametrize(
    ("written", "field", "numbers"),
    [
        ("*/15 * * * *", "minutes", (0, 15, 30, 45)),
        ("5-20/5 * * * *", "minutes", (5, 10, 15, 20)),
        ("0 9,17 * * *", "hours", (9, 17)),
        ("0 0 * jan-mar *", "months", (1, 2, 3)),
        ("0 0 * * mon-fri", "weekdays", (1, 2, 3, 4, 5)),
        ("0 0 * * fri-mon", "weekdays", (0, 1, 5, 6)),
        ("0 0 * * 7", "weekdays", (0,)),
        ("@weekly", "weekdays", (0,)),
        ("@yearly", "days", (1,)),
    ],
)
def test_a_cron_line_reads_as_numbers(written, field, numbers):
    assert getattr(parse_cron(written), field) == numbers


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("0 9 * *", "has to be five fields"),
        ("60 * * * *", '"60" is no minute: it goes from 0 to 59'),
        ("0 24 * * *", '"24" is no hour'),
        ("0 9 1 * mon", "names days of the month and of the week"),
        ("0 9 * * someday", '"someday" is no weekday'),
        ("5-1 * * * *", '"5-1" is no minute'),
        ("*/0 * * * *", '"*/0" is no minute'),
        ("every day", "has to be five fields"),
    ],
)
def test_a_wrong_cron_line_says_what_is_wrong(written, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        parse_cron(written)


@pytest.mark.parametrize(
    ("cron", "after", "moments"),
    [
        # In Berlin clocks go from 2:00 to 3:00 on 29 March 2026, and from 3:00 to 2:00 on 25 October.
        ("30 9 * * *", "2026-03-28T12:00", ["2026-03-29T07:30", "2026-03-30T07:30"]),
        ("30 9 * * *", "2026-10-24T12:00", ["2026-10-25T08:30", "2026-10-26T08:30"]),
        ("30 2 * * *", "2026-03-28T12:00", ["2026-03-29T01:30", "2026-03-30T00:30"]),
        ("30 2 * * *", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("0 * * * *", "2026-03-29T00:30", ["2026-03-29T01:00", "2026-03-29T02:00"]),
        ("0 0 31 * *", "2026-03-31T12:00", ["2026-05-30T22:00", "2026-07-30T22:00"]),
        ("0 0 29 2 *", "2026-03-01T00:00", ["2028-02-28T23:00"]),
        ("0 0 30 2 *", "2026-03-01T00:00", []),
    ],
)
def test_the_moments_of_a_line_in_berlin(cron, after, moments):
    found: list[str] = []
    at = datetime.fromisoformat(after).replace(tzinfo=UTC)
    while len(found) < len(moments) or not moments:
        following = next_moment(cron, "Europe/Berlin", at)
        if following is None:
            break
        found.append(f"{following:%Y-%m-%dT%H:%M}")
        at = following

    assert found == moments


@pytest.mark.parametrize(
    ("cron", "looks", "started"),
    [
        # The bot looks at these moments, and starts this.
        ("0 9 * * *", ["03-02 07:00", "03-02 08:00", "03-02 08:01"], ["03-02 08:00"]),
        # Down for a week: the last moment counts if it is not too long ago, and all others are gone.
        ("0 9 * * *", ["03-02 07:00", "03-09 09:59"], ["03-09 09:59, 1h 59m late"]),
        ("0 9 * * *", ["03-02 07:00", "03-09 10:01"], []),
        ("0 9 * * *", ["03-02 07:00", "03-09 10:01", "03-10 08:00"], ["03-10 08:00"]),
        ("*/5 * * * *", ["03-02 07:00", "03-09 07:03"], ["03-09 07:03, 3m late"]),
        # The clock is set back: what was started is not started again.
        ("0 9 * * *", ["03-02 07:00", "03-02 08:00", "03-02 07:30", "03-02 08:00"], ["03-02 08:00"]),
        # It jumps forward: like being away.
        ("0 9 * * *", ["03-02 07:00", "03-02 09:30"], ["03-02 09:30, 1h 30m late"]),
        # Clocks are set forward at 2:00: 2:30 is made up for right after; at 3:00 back: 2:30 comes once.
        ("30 2 * * *", ["03-28 12:00", "03-29 01:29", "03-29 01:30", "03-29 02:30"], ["03-29 01:30"]),
        ("30 2 * * *", ["10-24 12:00", "10-25 00:30", "10-25 01:30", "10-25 02:30"], ["10-25 00:30"]),
        # An hour that comes twice is twice an hour.
        ("0 * * * *", ["10-24 23:30", "10-25 00:00", "10-25 01:00"], ["10-25 00:00", "10-25 01:00"]),
    ],
)
def test_what_the_clock_starts(tmp_path, cron, looks, started):
    front, found = Front(tmp_path, CLOCK.replace("CRON", cron)), []
    try:
        for look in looks:
            front.clock.moment = datetime.strptime(f"2026-{look}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
            before = len(front.control.runs.recent())
            new = front.runs()[before:]
            found += [look + run.cause.partition("Berlin")[2].rstrip(")") for run in new]
    finally:
        front.store.close()

    assert found == started
