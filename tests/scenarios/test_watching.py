"""What happens outside, the clock, and other runs start a job by themselves: once, also when the bot dies just then."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.told_site import told_site
from tests.scenarios.watched import runs, start
from tests.slack import read

#: On a busy machine everything takes its time; what is tested is that it comes, and once.
LONG_S = 60
STACK = """\
stack: radar
title: Radar
owners: ["@platform"]
channel: "#ops"
resources:
  app: {{check: http.versions, every: 1s, with: {{url: "{url}/app", json_path: "$[*]"}}}}
jobs:
  upgrade:
    title: Upgrade
    form: {{version: {{type: text}}}}
    triggers: [{{version: app, debounce: 4s, form: {{version: "{{{{ app.number }}}}"}}}}]
    steps:
      - {{title: Upgrade, uses: command.run, with: {{argv: [sh, -c, "echo {{{{ form.version }}}} >> upgraded"]}}}}
"""

#: At a minute of each hour; then one job for each way in which it comes out.
NIGHT = """\
stack: night
title: Night
channel: "#ops"
jobs:
  sweep:
    title: Sweep
    triggers: [{cron: "MINUTE * * * *", late: 2h}]
    steps: [{uses: command.run, with: {argv: [test, -e, swept]}}]
  mend:
    title: Mend
    triggers: [{run: sweep, status: failed}]
    steps: [{uses: command.run, with: {argv: [touch, swept]}}]
  report:
    title: Report
    form: {number: {type: integer, label: Of the run}}
    triggers: [{run: sweep, form: {number: "{{ run.number }}"}}]
    steps: [{uses: command.run, with: {argv: ["true"]}}]
"""


@pytest.fixture
def site():
    with told_site() as told:
        told.pages["/app"] = ["1.0"]
        yield told


@pytest.fixture
def seen(slack, site):
    """Waits until the bot has written down what the site tells now."""

    def wait():
        # One request may have been on its way before; the next one is sent after what this one got was written down.
        before = len(site.asked)
        slack.until(lambda: len(site.asked) >= before + 3, timeout_s=LONG_S)

    return wait


@pytest.fixture
def upgraded(bot, site, slack, seen):
    """A stack that follows the site, whose first check is through; what it upgraded to."""
    bot.write("stack.yml", STACK.format(url=site.url), stack="radar")
    seen()
    file = bot.stacks / "radar" / "upgraded"
    return lambda: file.read_text().split() if file.exists() else []


def test_a_version_starts_its_job_once_also_when_the_bot_is_killed_in_between(bot, slack, site, seen, upgraded):
    site.pages["/app"] = ["1.0", "1.1"]
    seen()
    bot.restart()

    slack.until(lambda: upgraded() == ["1.1"], timeout_s=LONG_S)
    assert slack.message_with("because app 1.1 appeared", timeout_s=LONG_S)
    site.pages["/app"] = ["1.0", "1.1", "1.2"]
    slack.until(lambda: "1.2" in upgraded(), timeout_s=LONG_S)
    assert upgraded() == ["1.1", "1.2"]
    listed = next(line for line in bot.ask("watch", "list").splitlines() if "radar/app" in line).split()
    assert (listed[1], listed[2], listed[-1]) == ("1.2", "3", "well")


@pytest.mark.usefixtures("upgraded")
def test_a_site_that_breaks_is_told_to_the_owners_at_the_third_failure_and_once_when_it_answers_again(slack, site):
    site.status = 500
    told = slack.message_with("I cannot look at *app* of radar, three times in a row:", timeout_s=LONG_S)
    assert read(told).startswith("@platform: ")
    assert "answered 500. Is the URL right, and the access?" in read(told)

    site.status = 200
    [well] = slack.until(lambda: slack.messages(thread=told), timeout_s=LONG_S)
    assert "I can look at *app* of radar again." in read(well)
    assert [one["ts"] for one in slack.messages() if "I cannot look at" in read(one)] == [told["ts"]]


def test_a_check_that_fails_stands_in_the_home_until_it_works_again(slack, site, upgraded):
    slack.open_home()
    assert "Failing watchers" not in read(slack.home())

    site.status = 500
    shown = slack.until(lambda: text if "Failing watchers" in (text := read(slack.home())) else None)
    site.status = 200

    assert "*app* of radar" in shown
    assert "answered 500" in shown
    assert "failed since it last worked" in shown
    slack.until(lambda: "Failing watchers" not in read(slack.home()))


def test_the_clock_starts_a_job_and_its_result_the_ones_that_follow_each_says_why(bot, slack):
    minute = (datetime.now(UTC) - timedelta(minutes=20)).minute
    bot.write("stack.yml", NIGHT.replace("MINUTE", str(minute)), stack="night")
    bot.miss_hours("night", triggers=1)

    by_clock = run_that_says(slack, f"by the clock ({minute} ")
    by_clock.until("*Failed*")
    run_that_says(slack, f"because Sweep (#{by_clock.number}) failed").until("*Succeeded*")
    by_hand = start(slack, "Sweep")
    report = run_that_says(slack, f"because Sweep (#{by_hand.number}) succeeded")

    assert f"Of the run: *{by_hand.number}*" in report.until("*Succeeded*")
    titles = [one["job"] for one in bot.json("runs") if one["stack"] == "night"]
    assert sorted(titles) == ["mend", "report", "sweep", "sweep"]


def run_that_says(slack, why):
    """The run whose message gives this cause."""
    return slack.until(lambda: next((run for run in runs(slack) if why in run.text), None), timeout_s=LONG_S)
