"""Who is no member of the workspace, and payloads that Slack would not send."""

import pytest

from bot.slack.payload import trouble_with
from tests.slack_edge.reading import read


def home_of(slack, user):
    slack.event({"type": "app_home_opened", "user": user, "tab": "home"})


@pytest.mark.parametrize("user", ["cli:root", "auto:timer", "workflow:slack", "U0NOBODY", ""])
def test_an_id_that_is_nobodys_in_slack_has_no_rights(bot, slack, user):
    slack.command("maintenance enable on staging", user=user)
    slack.command("runs", user="U0ADA")

    slack.until(lambda: any(told["user"] == "U0ADA" for told in slack.private))
    assert bot.runs() == []
    assert not slack.views or "may ask me" in read(slack.modal["blocks"])


@pytest.mark.parametrize(
    "flags", [{"is_restricted": True}, {"is_ultra_restricted": True}, {"is_stranger": True}, {"team_id": "T9ELSEWHERE"}]
)
def test_a_guest_and_somebody_of_another_workspace_are_known_as_such(bot, slack, flags):
    slack.flags["U0ADA"] = flags

    slack.command("runs", user="U0ADA")

    slack.until(lambda: slack.private)
    with bot.store.read() as tx:
        ada = tx.people.get("U0ADA")
    assert ada.is_guest


@pytest.mark.parametrize("flag", ["deleted", "is_bot"])
def test_who_left_the_workspace_is_not_known_any_more(bot, slack, flag):
    slack.flags["U0ADA"] = {flag: True}

    slack.command("runs", user="U0ADA")

    slack.until(lambda: slack.private)
    assert slack.private[0]["text"] == ("I do not know you. Only people with an account in this workspace may ask me.")


def test_a_search_of_a_stranger_finds_nothing_and_is_answered(bot, slack):
    payload = {
        "type": "block_suggestion",
        "user": {"id": "U0NOBODY"},
        "action_id": "search_job",
        "block_id": "b",
        "value": "",
        "team": {"id": "T0ACME"},
    }

    assert slack.send("interactive", payload) == {"options": []}


def test_a_page_without_an_id_is_read_by_no_listener():
    page = {"type": "view_submission", "user": {"id": "U0ADA"}, "view": {"id": "", "callback_id": "job_form"}}

    assert trouble_with(page) == "view.id: String should have at least 1 character"


@pytest.mark.parametrize("where", [{}, {"channel_id": None}, {"channel_id": ""}])
def test_no_listener_sees_a_command_from_nowhere(where):
    assert trouble_with({"command": "/stack", "text": "audit", "user_id": "U0ADA", **where}).startswith("channel_id: ")


def test_no_listener_sees_a_step_without_its_function_over_which_bolt_stumbles():
    event = {"type": "function_executed", "function": None, "function_execution_id": "Fx1"}

    assert trouble_with({"type": "event_callback", "event": event}).startswith("event.function: ")


def test_what_nobody_listens_to_is_acknowledged_so_that_it_does_not_come_again(bot, slack):
    payload = {"type": "view_closed", "user": {"id": "U0ADA"}, "team": {"id": "T0ACME"}, "view": {"id": "V1"}}

    assert slack.send("interactive", payload) != "none"


@pytest.mark.parametrize("actions", ["", []])
def test_a_click_on_nothing_is_acknowledged_although_bolt_stumbles_over_it(bot, slack, actions):
    payload = {"type": "block_actions", "user": {"id": "U0ADA"}, "team": {"id": "T0ACME"}, "actions": actions}

    assert slack.send("interactive", payload) != "none"


def test_a_click_that_nobody_listens_to_is_acknowledged_although_its_view_is_null(bot, slack):
    payload = {"type": "block_suggestion", "user": {"id": "U0ADA"}, "action_id": "none", "value": "", "view": None}

    assert slack.send("interactive", payload) is None


def test_a_channel_too_long_for_a_button_is_read_by_no_listener():
    click = {"type": "block_actions", "user": {"id": "U0ADA"}, "channel": {"id": "C" * 301}}

    assert trouble_with(click) == "channel.id: String should have at most 300 characters"


def test_a_private_answer_goes_to_slack_alone(bot, slack):
    payload = slack.command_payload("runs") | {"response_url": "http://169.254.169.254/latest"}

    slack.send("slash_commands", payload)

    assert slack.until(lambda: slack.called("views.open"))


def test_a_wrong_word_pings_nobody_in_the_notification(bot, slack):
    slack.command("menu &lt;!everyone&gt;")

    slack.until(lambda: slack.private)
    assert "&lt;!everyone&gt;" in slack.private[0]["text"]


def test_another_bot_that_mentions_ours_is_not_answered(bot, slack):
    mention = {"type": "app_mention", "text": "<@U0BOT> runs", "channel": "C0OPS"}
    slack.event({**mention, "user": "U0BOT2", "bot_id": "B2"})
    slack.event({**mention, "user": "U0GRACE"})

    slack.until(lambda: slack.private)
    assert [told["user"] for told in slack.private] == ["U0GRACE"]
