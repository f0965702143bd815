"""A pull request gets what belongs to it by itself, anew with each push, and loses it when it is gone."""

import pytest

from tests.fakes.forges import forge

#: On a busy machine everything takes its time; what is tested is that it comes, and in which order.
LONG_S = 90
SHOP = "acme/shop"
STACK = """\
stack: previews
title: Previews
channel: "#ops"
resources:
  pull: {{check: github.pull_requests, every: 1s, with: {{repository: acme/shop, label: preview, endpoint: "{url}"}}}}
environments:
  "PR_{{{{ pull.number }}}}": {{each: pull}}
jobs:
  deploy:
    title: Deploy preview
    lock: "{{{{ env.name }}}}"
    triggers: [{{version: pull}}]
    steps:
      - {{title: Deploy, uses: command.run, with: {{argv: [sh, -c, "echo up {{{{ pull.commit }}}} >> done"]}}}}
      - title: Tell
        uses: github.comment
        with: {{repository: acme/shop, number: "{{{{ pull.number }}}}", text: Ready, key: preview, endpoint: "{url}"}}
  destroy:
    title: Delete preview
    lock: "{{{{ env.name }}}}"
    triggers: [{{gone: pull}}]
    steps:
      - {{title: Delete, uses: command.run, with: {{argv: [sh, -c, "echo down {{{{ pull.number }}}} >> done"]}}}}
"""


@pytest.fixture
def github():
    with forge("github") as server:
        server.forge.add_repository(SHOP)
        yield server


def test_a_pull_request_is_deployed_when_opened_and_pushed_to_and_deleted_when_merged(bot, slack, github):
    bot.write("stack.yml", STACK.format(url=github.url), stack="previews")
    slack.until(lambda: len(github.manners.asked) >= 3, timeout_s=LONG_S)
    done = bot.stacks / "previews" / "done"

    opened = github.forge.open_pull(SHOP, "Mend it", labels=["preview"]).head.sha
    github.forge.open_pull(SHOP, "Not for this")
    assert slack.message_with("because acme/shop#1 was opened", timeout_s=LONG_S)
    slack.until(lambda: github.forge.repository(SHOP).pull(1).comments, timeout_s=LONG_S)
    pushed = github.forge.push_to_pull(SHOP, 1).sha
    assert slack.message_with("because acme/shop#1 was pushed to", timeout_s=LONG_S)
    slack.until(lambda: f"up {pushed}" in done.read_text(), timeout_s=LONG_S)
    github.forge.merge_pull(SHOP, 1)
    assert slack.message_with("because acme/shop#1 was closed or merged", timeout_s=LONG_S)

    slack.until(lambda: "down" in done.read_text(), timeout_s=LONG_S)
    assert done.read_text().splitlines() == [f"up {opened}", f"up {pushed}", "down 1"]
    assert len(github.forge.repository(SHOP).pull(1).comments) == 1
