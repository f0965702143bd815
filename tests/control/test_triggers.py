"""What runs and the clock start by themselves: each once, whatever dies in between."""

from datetime import datetime

import pytest

from bot.control.start import StartJob
from bot.model.person import Person
from tests.control.front import CLOCK

ADA = Person(id="U1", name="Ada")
FOLLOWING = """
stack: web
jobs:
  build: {steps: [{wait: 1s}]}
  test:
    triggers: [{run: build, status: aborted}]
    steps: [{wait: 1s}]
"""
#: A job by the clock, at ten and at noon of UTC, but not on holidays.
OFFICE = """
stack: web
channel: "#ops"
environments: {here: }
jobs:
  sweep:
    triggers: [{cron: "0 11,13 * * *", zone: Europe/Berlin, holidays: DE, environment: here}]
    steps: [{wait: 1s}]
"""


def test_a_run_that_ended_starts_the_job_that_follows_it_once(front):
    web = front(FOLLOWING)
    web.runs()
    for key in ("a", "b"):
        run = web.control.runs.start(StartJob(person=ADA, stack="web", job="build", inputs={}, key=key, origin="test"))
        web.control.runs.cancel(run.number, by=ADA, origin="test")
    web.clock.pass_(seconds=1)

    assert [run.cause for run in web.runs() if run.job == "test"] == [
        "because Build (#1) aborted",
        "because Build (#2) aborted",
    ]
    web.clock.pass_(seconds=1)
    assert len(web.runs()) == 4


def test_what_ended_while_no_trigger_was_declared_starts_nothing_once_one_is_again(front):
    web = front(FOLLOWING)
    web.runs()
    web.edit(FOLLOWING.replace("    triggers: [{run: build, status: aborted}]\n", ""))
    web.runs()
    run = web.control.runs.start(StartJob(person=ADA, stack="web", job="build", inputs={}, key="a", origin="test"))
    web.control.runs.cancel(run.number, by=ADA, origin="test")
    web.clock.pass_(days=7)

    web.edit(FOLLOWING)
    web.runs()
    web.clock.pass_(seconds=1)

    assert [run.job for run in web.runs()] == ["build"]


@pytest.mark.parametrize(
    ("cron", "away", "late"),
    [
        ("30 13 * * *", {"minutes": 30}, ""),  # 12:30 UTC in winter
        ("30 13 * * *", {"hours": 2}, ", 1h 30m late"),
        ("30 13 * * *", {"hours": 3}, None),
        ("30 13 * * *", {"days": 7, "hours": 1}, ", 30m late"),
        ("* * * * *", {"days": 7}, ""),
        ("0 0 1 1 *", {"days": 7}, None),
    ],
)
def test_a_missed_moment_is_made_up_for_once_if_it_is_not_too_late(front, cron, away, late):
    web = front(CLOCK.replace("CRON", cron))
    assert web.runs() == []
    web.clock.pass_(**away)

    expected = [] if late is None else [f"sweep - (by the clock ({cron}, Europe/Berlin{late}))"]
    assert web.started() == expected
    assert web.started() == expected


def test_several_bots_start_a_moment_once(front):
    web = front(CLOCK.replace("CRON", "30 13 * * *"))
    bots = [web.control, web.another()]
    for bot in bots:
        bot.watch.follow()
    web.clock.pass_(minutes=30)
    for bot in bots:
        bot.watch.follow()

    assert len(web.runs()) == 1


def test_a_holiday_starts_nothing_and_is_told_once_a_day_by_several_bots(front):
    web = front(OFFICE)
    bots = [web.control, web.another()]
    for day in ("2026-12-24", "2026-12-25", "2027-01-01"):
        for hour in (8, 10, 12):
            web.clock.moment = datetime.fromisoformat(f"{day}T{hour:02}:00Z")
            for bot in bots:
                bot.watch.follow()

    assert [f"{run.created_at:%m-%d %H:%M}" for run in web.runs()] == ["12-24 10:00", "12-24 12:00"]
    assert web.messages() == [
        "*Sweep* does not start today, a holiday: Christmas Day.",
        "*Sweep* does not start today, a holiday: New Year's Day.",
    ]


@pytest.mark.parametrize("day", ["2026-12-24", "2026-12-25"])
def test_a_clock_that_is_for_an_environment_of_other_machines_starts_nothing_here_and_says_nothing(front, day):
    web = front(OFFICE.replace("{here: }", "{there: {when: vars.sandbox}}").replace("here}", "there}"))
    for hour in (8, 10):
        web.clock.moment = datetime.fromisoformat(f"{day}T{hour:02}:00Z")
        web.control.watch.follow()

    assert (web.runs(), web.messages()) == ([], [])


def test_people_see_what_the_clock_starts_next(front):
    web = front(CLOCK.replace("CRON", "30 13 * * *"))

    [following] = web.control.watch.next_moments(ADA)

    assert (following.job.name, following.at.isoformat()) == ("sweep", "2026-03-02T12:30:00+00:00")
