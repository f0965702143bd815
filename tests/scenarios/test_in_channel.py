"""What stands in channels for people who type nothing: pinned boards, a message's shortcut, steps of workflows."""

import shutil
from pathlib import Path

import pytest

from tests.scenarios.watched import filled, runs, start
from tests.slack import read

MANIFESTS = Path(__file__).parents[2]
STACK = """\
stack: post
title: Post
channel: "#ops"
environments: {town: {}, abroad: {protected: true}}
jobs:
  send:
    title: Send
    form:
      stamps: {type: integer, label: Stamps, default: 1, max: 9}
    steps: [{uses: command.run, with: {argv: [sh, -c, "touch begun; until test -e sent; do sleep 0.05; done"]}}]
  lose:
    title: Lose
    environments: [town]
    steps: [{uses: command.run, with: {argv: ["false"]}}]
"""
RULES = """\
- {who: ["@platform", U0BEA], may: [see, run, undo], on: [post, demo, mail]}
- {who: "@platform", may: admin, on: [post, demo]}
- {who: workflows, may: run, on: post/*/town}
"""


@pytest.fixture(autouse=True)
def post(bot, slack):
    """A stack, and a Slack that offers its jobs to workflows."""
    slack.post("app", manifest=(MANIFESTS / "manifest-workflows.yml").read_text())
    bot.write("access.yml", RULES, stack="")
    bot.write("stack.yml", STACK, stack="post")
    slack.message_with("[Lose]")


def told(person, part, *, in_channel="#support"):
    """What the person is told in private, once *part* is in it."""
    return person.until(lambda: next((read(one) for one in person.ephemerals(in_channel) if part in read(one)), None))


def test_an_admin_pins_a_board_and_one_click_opens_the_form(slack):
    bea = slack.as_name("bea")

    bea.command("board post pin", channel="#support")
    assert "You may not pin Post for all.\n@platform may." in told(bea, "You may not pin")
    slack.command("board post pin", channel="#support")

    board = slack.until(lambda: next((one for one in slack.messages("#support") if "pinned_to" in one), None))
    bea.click(board, "Send")
    form = filled(bea)
    bea.close(form)
    assert form["title"]["text"] == "Send"


def test_a_board_follows_the_edits_of_its_stack_and_says_when_that_is_gone(bot, slack):
    mail = STACK.replace("post", "mail").replace("Post", "Mail")
    bot.write("stack.yml", mail, stack="mail")
    slack.message_with("Mail: Send, Lose")
    slack.command("board mail", channel="#support")
    slack.message_with("Mail: Send, Lose", channel="#support")

    bot.write("stack.yml", mail.replace("Lose", "Mislay"), stack="mail")
    edited = read(slack.message_with("Mail: Send, Mislay", channel="#support"))
    shutil.rmtree(bot.stacks / "mail")

    assert "[Mislay]" in edited
    assert "[Send]" not in read(slack.message_with("The stack mail is not there any more.", channel="#support"))


def test_a_channel_without_the_bot_gets_no_board_and_who_asked_is_told_at_once_what_to_do(slack):
    slack.post("channels", name="sorting", is_private=True, members=["ada"])

    slack.command("board post", channel="#sorting")

    said = told(slack, "I am not in this conversation.", in_channel="#sorting")
    assert "Type /invite in it to add me, and say it again; or say it in another channel." in said
    assert "The buttons of Post" not in "".join(map(read, slack.ephemerals("#sorting")))
    slack.post("channels", name="sorting", is_private=True, members=["ada", slack.snapshot()["bot"]["user_id"]])
    slack.command("board post", channel="#sorting")
    told(slack, "The buttons of Post are in this channel.", in_channel="#sorting")
    slack.message_with("[Send]", channel="#sorting")


def test_the_shortcut_of_a_message_explains_its_run_and_runs_it_again(slack):
    failed = start(slack, "Lose")
    failed.until("*Failed*")
    known = len(runs(slack))

    slack.shortcut("about_run", channel="#ops", ts=failed.ts)
    modal = slack.until(lambda: next((m for m in slack.snapshot()["modals"] if "[Run again]" in read(m)), None))
    assert f"post #{failed.number}" in read(modal)
    slack.click(modal, "Run again")

    slack.until(lambda: runs(slack)[known:])[0].until("*Failed*")
    slack.until(lambda: "Done." in read(slack.modal()))
    slack.close()


def test_the_shortcut_for_everywhere_leads_to_the_form_of_a_job(slack):
    slack.shortcut("run_job")

    menu = slack.until(lambda: next((one for one in slack.snapshot()["modals"] if "[Send]" in read(one)), None))
    slack.click(menu, "Send")
    form = filled(slack)
    slack.close(all_of_them=True)
    assert form["title"]["text"] == "Send"


def test_the_shortcut_on_any_other_message_says_that_it_tells_of_no_run(slack):
    said = slack.message("Good morning")

    slack.shortcut("about_run", channel="#ops", ts=said["ts"])

    modal = slack.until(lambda: next((m for m in slack.snapshot()["modals"] if "not about a run" in read(m)), None))
    slack.close(modal)


def step(slack, **inputs):
    """Let a workflow come to the bot's step; returns how one sees it later."""
    known = {one["id"] for one in slack.get("functions")}
    slack.act("workflow", callback_id="run_stack_job", inputs={"stack": "post", "job": "send", **inputs})
    id = next(one["id"] for one in slack.get("functions") if one["id"] not in known)
    return lambda: next(one for one in slack.get("functions") if one["id"] == id)


def test_a_workflow_goes_on_once_the_run_has_succeeded_also_after_a_crash(bot, slack):
    known = len(runs(slack))

    seen = step(slack, environment="town", answers="stamps=3", person=slack.id)
    run = slack.until(lambda: runs(slack)[known:])[0]
    assert "by Ada Lovelace · as a step of a workflow" in run.until("running")
    slack.until((bot.stacks / "post" / "begun").exists)
    bot.restart()
    assert seen()["status"] == "running"
    bot.write("sent", "", stack="post")

    run.until("*Succeeded*")
    done = slack.until(lambda: seen() if seen()["status"] != "running" else None)
    assert done["status"] == "completed"
    assert done["outputs"]["status"] == "succeeded"
    assert run.ts.replace(".", "") in done["outputs"]["link"]


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"job": "lose", "environment": "town"}, "failed"),
        ({"environment": "abroad"}, "Workflows may not run post/send/abroad."),
        ({"job": "sned"}, 'Post has no job "sned". Did you mean "send"?'),
        ({"environment": "town", "answers": "stamps=11"}, "stamps: "),
        ({"environment": "town", "person": "U0LINUS"}, "You may not run Send, town."),
    ],
)
def test_a_workflow_stops_where_the_job_fails_or_may_not_run(slack, inputs, said):
    seen = step(slack, **inputs)

    ended = slack.until(lambda: seen() if seen()["status"] != "running" else None)
    assert ended["status"] == "failed"
    assert said in ended["error"]
