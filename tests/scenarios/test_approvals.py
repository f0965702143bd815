"""People's yes: asked in the channel with what would happen, given or denied by a click, and good for that only."""

import pytest

from tests.scenarios.watched import filled, looked_at, runs, start
from tests.slack import read

STACK = """\
stack: shop
title: Shop
channel: "#ops"
jobs:
  deploy:
    title: Deploy
    lock: shop
    form: {version: {type: text, label: Version}}
    approve: {by: ["@platform"], timeout: 10m}
    steps:
      - {title: Roll out, uses: command.run, with: {argv: [./roll-out, "{{ form.version }}"]}}
  careful:
    title: Careful
    steps:
      - {title: Prepare, uses: command.run, with: {argv: [echo, prepared]}}
      - name: ok
        title: Two agree
        approve:
          by: ["@platform", bea@example.org]
          count: 2
          reason: required
          notify: true
          form: {ticket: {type: text, label: Ticket, pattern: "T-[0-9]+", message: "Write it like T-12."}}
      - title: Note
        uses: command.run
        with: {argv: [./roll-out, "{{ ok.outputs.ticket }} {{ ok.outputs.approved_by }}"]}
  soon:
    title: Soon
    approve: {by: ["@platform"], timeout: 4s}
    steps: [{title: Roll out, uses: command.run, with: {argv: [./roll-out, late]}}]
"""
ROLL_OUT = '#!/bin/sh\necho "$1" >> rolled-out\n'


@pytest.fixture(autouse=True)
def shop(bot, slack):
    """A shop whose every deployment somebody else has to approve; what was rolled out."""
    tool, done = bot.stacks / "shop" / "roll-out", bot.stacks / "shop" / "rolled-out"
    if not tool.exists():
        bot.write("roll-out", ROLL_OUT, stack="shop")
        tool.chmod(0o755)
        bot.write("stack.yml", STACK, stack="shop")
    slack.message_with("[Deploy]")
    done.unlink(missing_ok=True)
    return lambda: done.read_text().splitlines() if done.exists() else []


def asked(slack, run):
    """The message that asks for the yes of a run, as it stands now."""
    return slack.until(
        lambda: next(
            (one for one in slack.messages() if f"shop #{run.number}" in read(one) and "[Approve]" in read(one)), None
        )
    )


def shown(slack, message):
    return next(read(one) for one in slack.messages() if one["ts"] == message["ts"])


def until(slack, message, part):
    return slack.until(lambda: shown(slack, message) if part in shown(slack, message) else None)


def told(slack, part):
    """What only this person is told, newest first."""
    return slack.until(lambda: next((read(one) for one in reversed(slack.ephemerals()) if part in read(one)), None))


def test_a_yes_of_somebody_else_starts_it(slack, shop):
    run = start(slack, "Deploy", {"Version": "1.2"})
    message = asked(slack, run)
    text = read(message)
    assert "Approval: Deploy" in text
    assert "*Ada Lovelace* asks to start it. *@platform* can say yes. Ada Lovelace cannot." in text
    assert "Version: *1.2*" in text
    assert "./roll-out 1.2" in text
    run.until("Approval by @platform: 0 of 1 said yes.")

    slack.as_name("grace").click(message, "Approve")

    after = until(slack, message, "Approved: Deploy")
    assert "*Grace Hopper* said yes at" in after
    assert "[" not in after
    assert "Grace Hopper said yes" in run.until("*Succeeded*")
    assert shop() == ["1.2"]


def test_who_may_not_is_told_who_may_and_who_comes_late_who_was_first(slack, shop):
    run = start(slack, "Deploy", {"Version": "1.3"})
    message = asked(slack, run)
    slack.click(message, "Approve")
    assert "You started this run, so somebody else has to approve it. @platform may." in told(slack, "You started")
    linus = slack.as_name("linus")
    linus.click(message, "Approve")
    assert f"You may not approve shop #{run.number}.\n@platform may." in told(linus, "You may not")

    grace = slack.as_name("grace")
    private = looked_at(grace)
    grace.click(message, "Deny")
    grace.submit(filled(grace), {"Why": "Not on a *Friday*"})

    after = until(slack, message, "Denied: Deploy")
    assert "*Grace Hopper* said no at" in after
    assert "Not on a" in after
    assert "Grace Hopper said no" in run.until("*Failed*")
    grace.click(private, "Approve")
    assert "It is decided already.\nGrace Hopper said no: Not on a" in told(grace, "decided already")
    assert shop() == []


def test_several_answer_a_form_and_the_last_answers_go_on(slack, shop):
    run = start(slack, "Careful")
    message = asked(slack, run)
    assert "It takes 2: 0 said yes so far." in read(message)
    bea, grace = slack.as_name("bea"), slack.as_name("grace")
    direct = bea.until(lambda: next((one for one in bea.messages("bot") if "[Approve]" in read(one)), None))
    assert f"shop #{run.number}" in read(direct)

    bea.click(message, "Approve")
    wrong = bea.submit(filled(bea), {"Ticket": "12", "Why": " "})
    assert wrong["errors"] == {"field.ticket": "Write it like T-12.", "reason": "Say why: others read it."}
    bea.submit(filled(bea), {"Ticket": "T-12", "Why": "Fine"})
    until(slack, message, "It takes 2: 1 said yes so far.")
    assert "*Bea Miller* said yes at" in shown(slack, message)
    bea.until(lambda: "Your yes counts. 1 more to go." in read(bea.modal()))
    grace.click(asked(slack, run), "Approve")
    grace.submit(filled(grace), {"Ticket": "T-13", "Why": "OK"})

    until(slack, message, "Approved: Careful")
    assert "Bea Miller and Grace Hopper said yes: Fine; OK · <!date^" in run.until("*Succeeded*")
    assert shop() == ["T-13 Bea Miller and Grace Hopper"]
    bea.until(lambda: all("[Approve]" not in read(one) for one in bea.messages("bot")))


def test_when_what_would_happen_changes_it_is_asked_again(bot, slack, shop):
    run = start(slack, "Deploy", {"Version": "1.4"})
    message = asked(slack, run)
    tool = bot.stacks / "shop" / "roll-out"
    tool.rename(tool.with_name("moved"))
    grace = slack.as_name("grace")

    grace.click(message, "Approve")

    assert "What would happen has changed since it was asked. Your yes does not count." in told(grace, "has changed")
    until(slack, message, "Void: Deploy")
    again = asked(slack, run)
    assert "*Asked again.* What would happen has changed since it was asked." in read(again)
    assert "Would fail" in read(again)
    tool.with_name("moved").rename(tool)
    run.click("Cancel")
    until(slack, again, "Not needed any more: Deploy")
    run.until("*Aborted*")
    assert shop() == []


def test_one_reminder_comes_before_the_time_is_over(slack, shop):
    run = start(slack, "Soon")
    message = asked(slack, run)

    after = until(slack, message, "Not decided in time: Soon")

    assert "Nobody decided within 4.0s." in after
    assert "[" not in after
    assert "Nobody decided within 4.0s." in run.until("*Failed*")
    (reminder,) = slack.messages(thread=message)
    assert "Nobody has decided yet" in read(reminder)
    assert "After that it counts as a no." in read(reminder)
    assert shop() == []


def test_a_killed_bot_still_knows_what_was_asked(bot, slack, shop):
    run = start(slack, "Deploy", {"Version": "1.5"})
    message = asked(slack, run)

    bot.restart()
    slack.as_name("grace").click(message, "Approve")

    run.until("*Succeeded*", timeout_s=30)
    assert shop() == ["1.5"]


def test_what_waits_for_me_is_listed(slack, shop):
    run = start(slack, "Deploy", {"Version": "1.6"})
    asked(slack, run)
    grace = slack.as_name("grace")

    private = looked_at(grace)

    assert f"*Deploy* · shop #{run.number} by Ada Lovelace" in told(grace, "[Look]")
    grace.click(private, "Approve")
    assert told(grace, f"Your yes to shop #{run.number} counts.")
    run.until("*Succeeded*")
    slack.command("approvals")
    assert told(slack, "Nothing waits for your yes.")
    assert [one.number for one in runs(slack)][-1] == run.number
