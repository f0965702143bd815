"""A new version in its channel, with buttons that do what they say; and what a channel is told by the clock."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.told_site import told_site
from tests.scenarios.conftest import ROOT
from tests.slack import read

LONG_S = 60
STACK = """\
stack: radar
title: Radar
channel: "#ops"
resources:
  app:
    check: http.versions
    every: 1s
    with: {{url: "{url}/app", json_path: "$[*]"}}
    deployed: {{check: http.versions, with: {{url: "{url}/runs", json_path: "$[*]"}}}}
    announce:
      template: release.md.j2
      start: upgrade
      form: {{version: "{{{{ app.number }}}}"}}
jobs:
  upgrade:
    title: Upgrade
    form: {{version: {{type: text}}}}
    steps: [{{title: Upgrade, uses: command.run, with: {{argv: [echo, "{{{{ form.version }}}}"]}}}}]
"""
TEMPLATE = "{% if deployed %}It follows {{ deployed }}. {% endif %}<{{ app.url }}|All of it>: {{ app.number }}\n"

#: Only what is newer than what runs, and only once it can be had.
DEPOT = """\
stack: depot
title: Depot
channel: "#ops"
resources:
  shop:
    check: http.versions
    every: 1s
    with: {{url: "{url}/shop", json_path: "$[*]"}}
    filter: {{newer: true}}
    deployed: {{check: http.versions, with: {{url: "{url}/live", json_path: "$[*]"}}}}
    artefact:
      check: http.versions
      number: "shop-{{{{ version.number }}}}"
      with: {{url: "{url}/images", json_path: "$[*]"}}
    announce: {{}}
"""
#: Told at a minute of each hour.
CANTEEN = """\
stack: canteen
title: Canteen
channel: "#support"
announcements:
  menu: {title: Today, cron: "MINUTE * * * *", late: 2h, show: pin, template: menu.md.j2}
  soup: {title: The soup is hot, cron: "MINUTE * * * *", late: 5m, template: Hurry up.}
"""
#: A line of the release radar whose index stands here; the others are left alone in a sandbox.
ANSIBLE = {
    "every: 6h\n    when: not vars.sandbox and vars.python_index": "every: 1s",
    'index: "{{ vars.python_index }}"': 'index: "{url}/simple"',
}


@pytest.fixture
def site():
    with told_site() as told:
        told.pages |= {"/app": ["1.0"], "/runs": ["1.0"]}
        yield told


@pytest.fixture
def announced(bot, slack, site):
    """Lets a version appear; its message once it is there."""
    bot.write("templates/release.md.j2", TEMPLATE, stack="radar")
    bot.write("stack.yml", STACK.format(url=site.url), stack="radar")
    seen = len(site.asked)
    slack.until(lambda: len(site.asked) >= seen + 6, timeout_s=LONG_S)

    def announce(number):
        site.pages["/app"] = [*site.pages["/app"], number]
        return slack.message_with(f"app {number} is out", timeout_s=LONG_S)

    return announce


def messages(slack, part):
    return [one for one in slack.messages() if part in read(one)]


def test_a_version_is_announced_and_upgraded_to_by_its_button(slack, announced):
    message = announced("1.1<!channel>")

    assert "It follows 1.0." in read(message)
    assert "1.1&lt;!channel&gt;" in read(message)
    slack.click(message, "Start upgrade")
    modal = slack.until(lambda: next((one for one in slack.snapshot()["modals"] if one.get("submit")), None))
    slack.submit(modal)
    assert slack.message_with("1.1&lt;!channel&gt;", timeout_s=LONG_S)
    assert slack.message_with("radar #", timeout_s=LONG_S)


def test_the_message_says_who_settled_it_and_its_buttons_are_gone(slack, announced):
    slack.click(announced("1.2"), "Snooze")
    slack.click(slack.message_with("Put off by Ada", timeout_s=LONG_S), "Mark as deployed")
    slack.message_with("Marked as deployed by Ada", timeout_s=LONG_S)
    slack.click(announced("1.2.1"), "Skip this version")

    shown = read(slack.message_with("Skipped by Ada", timeout_s=LONG_S))
    assert "app 1.2.1 is out" in shown
    assert "[Skip this version]" not in shown
    slack.click(slack.message_with("Skipped by Ada"), "Take it back")
    slack.until(lambda: "[Skip this version]" in read(slack.message_with("app 1.2.1 is out")))


def test_a_withdrawn_version_is_told_in_its_own_message_also_after_a_kill(bot, slack, site, announced):
    first = announced("1.3")
    bot.restart()

    site.pages["/app"] = ["1.0"]

    shown = slack.message_with("app 1.3 was withdrawn", timeout_s=LONG_S)
    assert shown["ts"] == first["ts"]
    assert len(messages(slack, "app 1.3")) == 1


def test_a_version_is_told_where_it_is_newer_than_what_is_deployed_and_once_it_can_be_had(bot, slack, site):
    site.pages |= {"/shop": ["1.5"], "/live": ["1.5"], "/images": ["shop-1.5"]}
    bot.write("stack.yml", DEPOT.format(url=site.url), stack="depot")
    looks_are_through(slack, site)
    site.pages["/shop"] = ["1.4", "1.5", "1.6", "1.7"]
    site.pages["/images"] = ["shop-1.4", "shop-1.5", "shop-1.7"]
    assert "Deployed now: *1.5*" in read(slack.message_with("shop 1.7 is out", timeout_s=LONG_S))
    looks_are_through(slack, site)
    assert messages(slack, "shop 1.6") == []

    site.pages["/images"] = ["shop-1.4", "shop-1.5", "shop-1.6", "shop-1.7"]

    slack.message_with("shop 1.6 is out", timeout_s=LONG_S)
    assert messages(slack, "shop 1.4") == []


def looks_are_through(slack, site):
    """Wait until what the site tells now was written down: the next look begins after that."""
    seen = len(site.asked)
    slack.until(lambda: [path for path, _ in site.asked[seen:]].count("/shop") >= 3, timeout_s=LONG_S)


def test_a_missed_moment_is_told_late_and_pinned_the_next_is_its_edit_and_one_too_late_is_noted(bot, slack):
    minute = (datetime.now(UTC) - timedelta(minutes=20)).minute
    bot.write("templates/menu.md.j2", "Lentils.", stack="canteen")
    bot.write("stack.yml", CANTEEN.replace("MINUTE", str(minute)), stack="canteen")
    bot.miss_hours("canteen", triggers=2)
    told = slack.message_with("Lentils.", channel="#support", timeout_s=LONG_S)
    assert "late: I was not there at the time." in read(told)
    slack.until(lambda: slack.message_with("Lentils.", channel="#support").get("pinned_to"))

    bot.write("templates/menu.md.j2", "Noodles.", stack="canteen")
    bot.miss_hours("canteen", triggers=2)

    slack.message_with("Noodles.", channel="#support", timeout_s=LONG_S)
    [only] = slack.messages("#support")
    assert (only["ts"], len(only["pinned_to"])) == (told["ts"], 1)
    assert "canteen/soup" in next(line for line in bot.ask("audit").splitlines() if "missed" in line)


@pytest.fixture
def publish(site):
    """Puts releases of a Python package into an index."""

    def put(*numbers):
        old = "2020-01-01T12:00:00Z"
        files = [{"filename": f"ansible_core-{number}.tar.gz", "upload-time": old} for number in numbers]
        site.pages["/simple/ansible-core/"] = {"meta": {"api-version": "1.1"}, "files": files}

    return put


def test_the_release_radar_tells_of_a_new_version_of_what_stands_in_its_list(bot, slack, site, publish):
    publish("2.19.0")
    listed = (ROOT / "stacks" / "release-radar" / "stack.yml").read_text()
    for written, here in ANSIBLE.items():
        assert written in listed
        listed = listed.replace(written, here.format(url=site.url))
    bot.write("stack.yml", listed, stack="release-radar")
    seen = len(site.asked)
    slack.until(lambda: len(site.asked) >= seen + 3, timeout_s=LONG_S)

    publish("2.19.0", "2.19.1", "2.20.0")

    told = read(slack.message_with("2.19.1 was released", timeout_s=LONG_S))
    assert "[Mark as deployed]" in told
    # Its line asks for what is below 2.20.
    assert messages(slack, "2.20.0") == []


def an_hour_passes(bot, slack):
    """Let what is followed be looked at anew."""
    with closing(sqlite3.connect(bot.data / "stackhand.db", isolation_level=None)) as rows:
        mine = "WHERE id LIKE 'followed/%'"
        # Asked for, since no answer of the last minute will do: an hour later there is none.
        look = f"UPDATE watcher SET next_at = '2020-01-01 00:00:00', asked = 1 {mine}"
        slack.until(lambda: rows.execute(look).rowcount)
        looked = f"SELECT 1 FROM watcher {mine} AND next_at > '2021' AND leased_until IS NULL AND spec > ''"
        slack.until(lambda: rows.execute(looked).fetchone(), timeout_s=LONG_S)


def test_what_somebody_follows_in_slack_is_told_in_their_channel_until_they_end_it(bot, slack, site, publish):
    publish("2.19.0")
    bot.kill()
    bot.start(STACKHAND_PYTHON_INDEX=f"{site.url}/simple", STACKHAND_FOLLOW_HOSTS="127.0.0.1")
    slack.command("pypi:ansible-core <2.20 in #general", command="/follow")
    slack.message_with("Ada Lovelace follows pypi:ansible-core &lt;2.20", channel="#general")
    an_hour_passes(bot, slack)

    publish("2.19.0", "2.19.1", "2.20.0")
    an_hour_passes(bot, slack)

    told = slack.message_with("ansible-core 2.19.1 was released", channel="#general", timeout_s=LONG_S)
    assert "[Mark as deployed]" in read(told)
    slack.command("pypi:ansible-core", command="/unfollow", channel="#general")
    slack.message_with("Ada Lovelace ended it", channel="#general")
    assert not [one for one in slack.messages("#general") if "2.20.0" in read(one)]
