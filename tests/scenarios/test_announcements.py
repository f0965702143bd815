"""A new version in its channel: what it is, what is in it, and buttons that do what they say."""

import pytest

from tests.fakes.told_site import told_site
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


def test_a_withdrawn_version_is_told_in_its_own_message_also_after_a_kill(bot, slack, site, announced):
    first = announced("1.3")
    bot.restart()

    site.pages["/app"] = ["1.0"]

    shown = slack.message_with("app 1.3 was withdrawn", timeout_s=LONG_S)
    assert shown["ts"] == first["ts"]
    assert len(messages(slack, "app 1.3")) == 1
