"""From a click in Slack to a started run, and every answer on the way."""

import threading

import pytest

from bot.model.message import MessageKind
from bot.slack.ids import RunRef
from tests.slack_edge.reading import labels, read


def open_form(slack, job="enable", **where):
    slack.command(f"maintenance {job}", **where)
    return slack.until(lambda: slack.modal if slack.modal.get("callback_id") == "job_form" else None)


def confirm_page(slack):
    return slack.until(lambda: slack.modal if slack.modal.get("callback_id") == "job_confirm" else None)


def test_the_menu_offers_what_i_may_run(bot, slack):
    slack.command("")

    slack.until(lambda: slack.private)
    assert labels(slack.private[0]["blocks"]) == ["About", "Maintenance on", "Maintenance off", "Ping"]


def test_the_menu_of_somebody_without_rights_says_so(bot, slack):
    slack.command("", user="U0LINUS")

    slack.until(lambda: slack.private)
    assert "nothing that you may run" in read(slack.private[0]["blocks"])


def test_a_modal_opens_before_anything_slow(bot, slack):
    slack.command("maintenance enable")

    slack.until(lambda: slack.called("views.update"))
    methods = [method for method, _ in slack.calls if method not in {"auth.test", "apps.connections.open"}]
    assert methods[0] == "views.open"


def test_a_click_in_the_menu_opens_the_form(bot, slack):
    slack.command("")
    slack.until(lambda: slack.private)

    slack.click("Maintenance on")

    form = slack.until(lambda: slack.modal if slack.modal.get("callback_id") == "job_form" else None)
    assert [block["label"]["text"] for block in form["blocks"] if block["type"] == "input"] == [
        "Environment",
        "Reason shown to visitors",
        "Planned duration (min)",
    ]


def test_a_job_without_danger_starts_with_its_form(bot, slack):
    form = open_form(slack, "disable")

    slack.submit(form, environment="staging")

    assert bot.runs() == ["maintenance #1"]
    assert slack.until(lambda: slack.message("Maintenance off, staging"))["channel"] == "C0OPS"


def test_a_wrong_answer_returns_under_its_field(bot, slack):
    form = open_form(slack)

    answer = slack.submit(form, environment="staging", reason="Database move", minutes="999")

    assert answer["errors"] == {"field.minutes": "At most 240 min."}
    assert bot.runs() == []


def test_an_environment_that_is_gone_returns_under_its_field(bot, slack):
    form = open_form(slack)

    answer = slack.submit(form, environment="moon", reason="Database move")

    assert "moon" in answer["errors"]["environment"]


def test_a_dangerous_job_shows_what_would_happen_first(bot, slack):
    form = open_form(slack)

    slack.submit(form, environment="staging", reason="Database move")

    page = confirm_page(slack)
    assert bot.runs() == []
    assert page["submit"]["text"] == "Maintenance on"
    text = read(page["blocks"])
    assert "*Maintenance on, staging*" in text
    assert "Reason shown to visitors: *Database move*" in text
    assert "Planned duration: *30 min*" in text
    assert "web1: 1 file would change" in text
    assert "Known after step 1." in text


def test_it_starts_once_it_is_confirmed(bot, slack):
    slack.submit(open_form(slack), environment="staging", reason="Database move")

    answer = slack.submit(confirm_page(slack))

    assert answer == {"response_action": "clear"}
    assert bot.runs() == ["maintenance #1"]
    assert bot.door.runs.view(1).run.inputs == {"reason": "Database move", "minutes": 30}


def test_a_protected_environment_wants_its_name_typed(bot, slack):
    slack.submit(open_form(slack), environment="production", reason="Database move")
    page = confirm_page(slack)

    wrong = slack.submit(page, confirm_name="prod")
    right = slack.submit(page, confirm_name="production")

    assert wrong["errors"] == {"confirm_name": 'Type "production" to confirm.'}
    assert right == {"response_action": "clear"}
    assert bot.runs() == ["maintenance #1"]


def test_the_same_form_sent_twice_starts_one_run(bot, slack):
    slack.submit(open_form(slack), environment="staging", reason="Database move")
    page = confirm_page(slack)

    slack.submit(page)
    slack.submit(page)

    assert bot.runs() == ["maintenance #1"]


def test_a_preview_that_breaks_apologizes_with_a_token(bot, slack):
    bot.door.previews.breaks = RuntimeError("bug")

    slack.submit(open_form(slack), environment="staging", reason="Database move")

    assert slack.until(lambda: "token" in read(slack.modal["blocks"]))
    assert bot.runs() == []


def test_the_form_of_somebody_without_rights_says_who_may(bot, slack):
    slack.command("maintenance enable", user="U0LINUS")

    slack.until(lambda: "@platform may." in read(slack.modal["blocks"]))
    assert "submit" not in slack.modal


def test_rights_that_are_lost_before_the_form_is_sent_count(bot, slack):
    form = open_form(slack, "disable")
    slack.groups["platform"] = []
    slack.event({"type": "subteam_members_changed", "subteam_id": "S0"})

    answer = slack.until(
        lambda: "@platform may." in read(slack.submit(form, environment="staging").get("view", {}).get("blocks", []))
    )

    assert answer
    assert bot.runs() == []


def test_a_direct_message_is_answered_with_a_button_that_opens_the_form(bot, slack):
    said = {"type": "message", "channel_type": "im", "channel": "D0ADA", "user": "U0ADA", "ts": "1.0"}
    slack.event({**said, "text": "maintenance enable on staging"}, id="Ev1")
    slack.event({**said, "text": "maintenance enable on staging"}, id="Ev1")

    answer = slack.until(lambda: slack.message("Maintenance on", channel="D0ADA"))
    slack.click("Open Maintenance on", message=answer)

    assert slack.until(lambda: slack.modal.get("callback_id") == "job_form")
    assert len(slack.messages["D0ADA"]) == 1


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "subtype": "message_changed", "channel_type": "im", "channel": "D0ADA"},
        {"type": "message", "subtype": "bot_message", "bot_id": "B1", "channel_type": "im", "channel": "D0ADA"},
        {"type": "app_home_opened", "user": "U0ADA", "tab": "messages", "channel": "D0ADA"},
    ],
)
def test_events_that_mean_nothing_to_us_are_acknowledged_and_left_alone(bot, slack, event):
    """Slack sends an event that nobody acknowledges three times more."""
    assert slack.event(event) != "none"
    assert slack.messages["D0ADA"] == {}


def test_a_mention_is_answered_in_private(bot, slack):
    slack.event({"type": "app_mention", "channel": "C0OPS", "user": "U0ADA", "ts": "1.0", "text": "<@U0BOT> runs"})

    slack.until(lambda: slack.private)
    assert slack.private[0]["user"] == "U0ADA"
    assert "Nothing has run yet." in slack.private[0]["text"]


def test_the_shortcut_leads_to_the_form_of_a_job(bot, slack):
    slack.shortcut("run_job")
    menu = slack.until(lambda: slack.modal if labels(slack.modal["blocks"]) else None)

    slack.click("Ping", view=menu)

    form = slack.until(lambda: slack.modal if slack.modal.get("callback_id") == "job_form" else None)
    slack.submit(form)
    assert slack.until(lambda: slack.message("Ping"))["channel"] == "C0OPS"


def test_who_sees_their_home_is_known_before_it_is_shown(bot, slack):
    """A bot that is killed in between refreshes it after its restart."""
    slack.gates["views.publish"] = threading.Event()
    since = bot.clock.now()

    slack.event({"type": "app_home_opened", "user": "U0ADA", "tab": "home", "channel": "D0ADA"})

    slack.until(lambda: slack.called("views.publish"))
    with bot.store.read() as tx:
        assert tx.people.at_home_since(since) == ["U0ADA"]


def test_the_home_shows_what_runs_and_what_i_may_run(bot, slack):
    slack.submit(open_form(slack, "disable"), environment="staging")

    slack.event({"type": "app_home_opened", "user": "U0ADA", "tab": "home", "channel": "D0ADA"})

    home = slack.until(lambda: slack.homes.get("U0ADA"))
    assert "Maintenance off, staging" in read(home["blocks"])
    assert "Maintenance on" in labels(home["blocks"])


@pytest.fixture
def message(bot, slack):
    """The message of a run that was started in #ops."""
    slack.submit(open_form(slack, "disable"), environment="staging")
    return slack.until(lambda: slack.message("Maintenance off, staging"))


def test_cancel_shows_in_the_message_itself(bot, slack, message):
    slack.click("Cancel", message=message)

    assert slack.until(lambda: slack.message("stopping, as Ada Lovelace asked"))


def test_somebody_without_rights_is_told_in_private_who_may(bot, slack, message):
    slack.click("Cancel", message=message, user="U0LINUS")

    slack.until(lambda: slack.private)
    assert slack.private[-1]["user"] == "U0LINUS"
    assert "@platform may." in slack.private[-1]["text"]


def test_a_double_click_on_retry_starts_one_run(bot, slack, message):
    bot.door.runs.end(1, "failed", reason="no")
    over = slack.until(lambda: slack.message("failed"))

    slack.click("Run again", message=over, times=2)

    slack.until(lambda: len(bot.runs()) == 2)
    assert bot.runs() == ["maintenance #1", "maintenance #2"]


def test_a_second_retry_much_later_says_what_became_of_the_first(bot, slack, message):
    bot.door.runs.end(1, "failed", reason="no")
    over = slack.until(lambda: slack.message("failed"))
    slack.click("Run again", message=over)
    slack.until(lambda: len(bot.runs()) == 2)
    bot.door.runs.end(2, "failed", reason="no")

    slack.click("Run again", message=over)

    slack.until(lambda: slack.private)
    assert "maintenance #2 does that already: it is failed" in slack.private[-1]["text"]


def test_the_log_opens_in_a_modal(bot, slack, message):
    bot.door.runs.logs[1] = "TASK [copy]\nok: web1\n"

    slack.click("Log", message=message)

    assert slack.until(lambda: "ok: web1" in read(slack.modal["blocks"]))


def test_a_decision_reaches_the_run(bot, slack, message):
    bot.door.runs.change(1, status="interrupted", reason="The machine went down.")
    asked = slack.until(lambda: slack.message("interrupted"))

    slack.click("Skip", message=asked)

    assert slack.until(lambda: bot.door.runs.decisions == [(1, "skip")])


def test_a_timer_can_be_extended(bot, slack, message):
    with bot.store.begin() as tx:
        timer = tx.timers.set(
            key="t", kind="start", at=bot.clock.now(), run=1, stack="maintenance", job="disable", environment="staging"
        )
        tx.messages.owe(key="timer:1", kind=MessageKind.TIMER, channel="#ops", timer=timer.id)
    asked = slack.until(lambda: slack.message("staging: starts "))

    slack.click("Extend 30 min", message=asked)

    assert slack.until(lambda: bot.door.timers.asked == [("extend", timer.id)])


@pytest.mark.parametrize("value", ["12", '{"run": "1"}', "", RunRef(run=2**62).encode()])
def test_a_forged_button_is_answered_in_private(bot, slack, message, value):
    slack.press({"type": "button", "action_id": "cancel_run", "value": value}, message=message)

    slack.until(lambda: slack.private)


def test_a_button_of_an_older_version_is_answered_in_private(bot, slack, message):
    slack.press({"type": "button", "action_id": "approve_build", "value": "1"}, message=message)

    slack.until(lambda: slack.private)
    assert "out of date" in slack.private[-1]["text"]


def test_every_click_is_acknowledged_even_when_the_listener_breaks(bot, slack, message):
    bot.door.runs.cancel = lambda *_, **__: 1 / 0

    ack = slack.click("Cancel", message=message)

    assert ack != "none"
    slack.until(lambda: slack.private)
    assert "token" in slack.private[-1]["text"]


def test_a_form_that_breaks_the_program_turns_into_an_apology(bot, slack):
    form = open_form(slack, "disable")
    bot.door.runs.start = lambda *_: 1 / 0

    answer = slack.submit(form, environment="staging")

    assert answer["response_action"] == "update"
    assert "token" in read(answer["view"]["blocks"])


@pytest.mark.parametrize(
    ("action", "do", "asked"), [("undo_run", "", "is undone"), ("decide_step.undo", "undo", "is undone")]
)
def test_an_undo_in_a_protected_environment_wants_its_name_typed(bot, slack, message, action, do, asked):
    bot.door.runs.change(1, environment="production")
    slack.press({"type": "button", "action_id": action, "value": RunRef(run=1, do=do).encode()}, message=message)
    page = slack.until(lambda: slack.modal if slack.modal.get("callback_id") == "name_form" else None)
    assert asked in read(page["blocks"])

    wrong = slack.submit(page, confirm_name="prod")
    assert (wrong["errors"], bot.runs(), bot.door.runs.decisions) == (
        {"confirm_name": 'Type "production" to confirm.'},
        ["maintenance #1"],
        [],
    )

    slack.submit(page, confirm_name="production")
    slack.until(lambda: bot.runs() == ["maintenance #1", "maintenance #2"] or bot.door.runs.decisions == [(1, "undo")])


def test_a_workflow_hears_of_a_bug_and_does_not_wait_for_ever(bot, slack):
    bot.door.catalog.broken = "maintenance"

    slack.event(
        {
            "type": "function_executed",
            "function": {"callback_id": "run_stack_job"},
            "function_execution_id": "Fx1",
            "inputs": {"stack": "maintenance", "job": "ping"},
        }
    )

    told = slack.until(lambda: slack.called("functions.completeError"))
    assert told[0]["function_execution_id"] == "Fx1"
    assert "went wrong" in told[0]["error"]
