"""When freezes begin and end: in every zone, over the change of the clocks, one after the other."""

from datetime import UTC, datetime

import pytest

from bot.catalog.freezes_file import read_freezes
from bot.control.holds.calendar import frozen
from bot.model.freeze import Freeze

WEEKEND = "{title: weekend, weekly: Fri 17:00 - Mon 08:00}"
NIGHT = "{title: night, daily: '22:00 - 06:00'}"


def freezes(*rules: str, zone: str = "Europe/Berlin") -> tuple[Freeze, ...]:
    text = f"zone: {zone}\nfreezes:\n" + "".join(f"  - {rule}\n" for rule in rules)
    reading = read_freezes(text.encode(), shown="freezes.yml")
    assert reading.problems == ()
    assert reading.value is not None
    return reading.value


def moment(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rules", "now", "until"),
    [
        ([WEEKEND], "2026-11-27 15:59", None),
        ([WEEKEND], "2026-11-27 16:00", "2026-11-30 07:00"),
        ([WEEKEND], "2026-11-30 06:59", "2026-11-30 07:00"),
        ([WEEKEND], "2026-11-30 07:00", None),
        # In summer the same clock is an hour earlier; on the last weekend of March it changes in between.
        ([WEEKEND], "2026-07-03 15:00", "2026-07-06 06:00"),
        ([WEEKEND], "2026-03-27 16:00", "2026-03-30 06:00"),
        ([WEEKEND], "2026-10-23 15:00", "2026-10-26 07:00"),
        # 02:30 comes twice on 2026-10-25: until then means the second one, from then on means the first.
        (["{title: odd, from: 2026-10-25 00:00, to: 2026-10-25 02:30}"], "2026-10-25 01:00", "2026-10-25 01:30"),
        (["{title: odd, from: 2026-10-25 02:30, to: 2026-10-25 04:00}"], "2026-10-25 00:30", "2026-10-25 03:00"),
        # 02:30 never comes on 2026-03-29: the freeze is longer, not shorter.
        (["{title: odd, from: 2026-03-29 02:30, to: 2026-03-29 05:00}"], "2026-03-29 00:30", "2026-03-29 03:00"),
        (["{title: odd, from: 2026-03-29 00:00, to: 2026-03-29 02:30}"], "2026-03-29 01:29", "2026-03-29 01:30"),
        ([NIGHT], "2026-11-24 04:59", "2026-11-24 05:00"),
        ([NIGHT], "2026-11-24 12:00", None),
        # One after the other without a gap is one freeze.
        ([WEEKEND, "{title: first, dates: 2026-11-30}"], "2026-11-28 12:00", "2026-11-30 23:00"),
        (["{title: days, dates: 2026-12-24 - 2027-01-02}"], "2026-12-31 12:00", "2027-01-02 23:00"),
        (["{title: holiday, holidays: DE}"], "2026-12-25 12:00", "2026-12-26 23:00"),
        (["{title: holiday, holidays: DE-BE}"], "2026-03-08 12:00", "2026-03-08 23:00"),
        (["{title: holiday, holidays: DE-BY}"], "2026-03-08 12:00", None),
        (
            ["{title: far, weekly: Sun 00:00 - Sun 24:00, zone: Pacific/Auckland}"],
            "2026-11-28 11:00",
            "2026-11-29 11:00",
        ),
        (["{title: always, weekly: Mon 08:00 - Mon 08:00, on: shop}"], "2026-11-28 11:00", None),
    ],
)
def test_a_freeze_is_as_long_as_the_clock_on_the_wall_says(rules: list[str], now: str, until: str | None) -> None:
    found = frozen(freezes(*rules), "web/deploy/production", moment(now))

    assert (found.until if found else None) == (moment(until) if until else None)


def test_it_is_said_in_the_words_of_its_own_clock() -> None:
    found = frozen(freezes(WEEKEND), "web/deploy/production", moment("2026-11-28 12:00"))

    assert found
    assert found.in_words == "Frozen until Mon 30 Nov 08:00 CET (weekend)"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{title: days, dates: 2026-12-24 - 2027-01-02}", "Frozen until Sun 03 Jan 2027 00:00 CET (days)"),
        ("{title: closed, weekly: Mon 08:00 - Mon 08:00}", "Frozen until somebody ends it (closed)"),
        ("{title: closed, daily: '00:00 - 24:00'}", "Frozen until somebody ends it (closed)"),
    ],
)
def test_an_end_in_another_year_is_said_with_the_year_and_no_end_as_that(rule: str, said: str) -> None:
    found = frozen(freezes(rule), "web/deploy/production", moment("2026-12-31 12:00"))

    assert found
    assert found.in_words == said


def test_it_covers_only_what_it_names() -> None:
    rules = freezes("{title: night, daily: '00:00 - 24:00', on: '*/*/production'}")

    assert frozen(rules, "web/deploy/production", moment("2026-11-24 12:00"))
    assert not frozen(rules, "web/deploy/staging", moment("2026-11-24 12:00"))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("zone: Europe/Berln\nfreezes: []", 'There is no time zone "Europe/Berln". Did you mean "Europe/Berlin"?'),
        ("freezes: [{title: a, weekly: Friday}]", "has to look like Fri 17:00 - Mon 08:00."),
        ("freezes: [{title: a, daily: '25:00 - 26:00'}]", "25:00 is no time of a day"),
        ("freezes: [{title: a, dates: 2026-12-24 - 2026-12-01}]", "ends before it begins."),
        ("freezes: [{title: a, holidays: XX}]", 'Nobody knows the holidays of "XX".'),
        ("freezes: [{title: a}]", "say when"),
        ("freezes: [{title: a, from: 2026-12-20 12:00}]", '"from" and "to" belong together.'),
        ("freezes: [{title: a, wekly: x}]", 'freeze 1 has no key "wekly". Did you mean "weekly"?'),
    ],
)
def test_mistakes_are_told_where_they_are(written: str, said: str) -> None:
    [problem, *_] = read_freezes(written.encode(), shown="stacks/freezes.yml").problems

    assert said in str(problem)
    assert str(problem).startswith("stacks/freezes.yml:")
