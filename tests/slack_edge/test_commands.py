"""What is answered to words."""

import pytest

from bot.slack.interaction import read_command
from tests.slack_edge.reading import labels, read
from tests.slack_edge.tiny_slack import Fault


@pytest.mark.parametrize(
    ("typed", "answered"),
    [
        ("maintenanze", 'Did you mean "maintenance"?'),
        ("maintenance enabel", 'Did you mean "enable"?'),
        ("maintenance enable on stagin", 'Did you mean "staging"?'),
        ("maintenance enable on staging reson=x", 'Did you mean "reason"?'),
        ("show 99", "There is no run #99."),
        ("rnus", 'Did you mean "runs"?'),
        ("approvels", 'Did you mean "approvals"?'),
        ("zzz", "There is maintenance."),
        ('maintenance enable reason="x', "quote"),
    ],
)
def test_a_wrong_word_is_answered_with_the_nearest(bot, slack, typed, answered):
    slack.command(typed)

    slack.until(lambda: slack.private)
    assert answered in slack.private[0]["text"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("zzz", "maintenance"),
        ("maintenance enabel", "enable"),
        ("maintenance enabel", "Maintenance mode"),
        ("who may maintenance enabel", "enable"),
        ("maintenance enable on stagin", "staging"),
        ("maintenance enable on staging reson=x", "reason"),
    ],
)
def test_somebody_who_may_see_nothing_is_told_no_names(bot, slack, typed, name):
    slack.command(typed, user="U0LINUS")

    slack.until(lambda: slack.private)
    assert name not in slack.private[0]["text"].replace("enabel", "")


def test_the_help_says_what_one_can_write(bot, slack):
    slack.command("help")

    slack.until(lambda: slack.private)
    said = read(slack.private[0]["blocks"])
    assert "`/stack who may STACK JOB [on ENV]`  who has the right" in said
    assert "`/stack STACK JOB on ENV name=value`" in said


def test_a_private_answer_whose_layout_slack_refuses_still_has_its_words(bot, slack):
    slack.faults.append(Fault("response_url", "error", error="msg_blocks_too_long"))

    slack.command("help")

    slack.until(lambda: slack.private)
    assert len(slack.private[0]["blocks"]) == 1
    assert "/stack who may" in read(slack.private[0]["blocks"])


def test_who_may_is_answered_by_verb(bot, slack):
    slack.command("who may maintenance enable on production", user="U0LINUS")
    slack.until(lambda: slack.private)
    slack.command("who may approve maintenance", user="U0LINUS")

    slack.until(lambda: len(slack.private) == 2)
    assert slack.private[0]["text"].startswith("Maintenance mode: Maintenance on, production: run: @platform may.")
    assert read(slack.private[1]["blocks"]) == "*Maintenance mode*\n*approve*: @platform may."


def test_a_command_fills_the_form(bot, slack):
    slack.command("maintenance enable on staging minutes=45")

    form = slack.until(lambda: slack.modal if slack.modal.get("callback_id") == "job_form" else None)
    elements = {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}
    assert elements["environment"]["initial_option"]["value"] == "staging"
    assert elements["field.minutes"]["initial_value"] == "45"


def test_a_board_puts_the_buttons_into_the_channel_once(bot, slack):
    slack.command("board maintenance")
    board = slack.until(lambda: slack.message("Maintenance mode"))
    slack.command("board")

    slack.until(lambda: any("Go there" in read(told["blocks"]) for told in slack.private))
    assert labels(board["blocks"]) == ["Maintenance on", "Maintenance off", "Ping"]
    assert len(slack.messages["C0OPS"]) == 1


def posted(bot, key):
    with bot.store.read() as tx:
        return tx.messages.get(key).ts


def test_who_sees_no_stack_hears_of_none_when_they_name_none(bot, slack):
    slack.command("board", user="U0LINUS")

    slack.until(lambda: slack.private)
    assert "maintenance" not in read(slack.private[0]["blocks"]).lower()


def test_the_board_that_came_with_the_start_is_found_by_the_channels_id(bot, slack):
    bot.edge.post_board("maintenance", "#ops")
    slack.until(lambda: slack.message("Maintenance mode"))
    slack.until(lambda: posted(bot, "board:maintenance:#ops"))

    slack.command("board maintenance")

    slack.until(lambda: any("Go there" in read(told["blocks"]) for told in slack.private))
    assert len(slack.messages["C0OPS"]) == 1


def test_a_click_on_the_board_opens_the_form(bot, slack):
    bot.edge.post_board("maintenance", "C0OPS")
    board = slack.until(lambda: slack.message("Maintenance mode"))

    slack.click("Maintenance on", message=board)

    assert slack.until(lambda: slack.modal.get("callback_id") == "job_form")


@pytest.mark.parametrize(
    ("typed", "answered", "where"),
    [
        ("follow hashicorp/terraform &gt;=1.9 in <#C0DEV|dev>", "hashicorp/terraform &gt;=1.9 is followed", "C0DEV"),
        ("follow pypi:ansible-core in #dev", "pypi:ansible-core is followed", "C0DEV"),
        ("follow pypi:ansible-core in #Dev", "pypi:ansible-core is followed", "C0DEV"),
        ("follow acme/shop in #nowhere", "I see no channel #nowhere. Check its name.", ""),
        # Whoever is in a private channel has its name made an id by Slack; others need not learn that it is there.
        ("follow acme/shop in #secret", "I see no channel #secret. Check its name. If it is private,", ""),
        ("follow acme/shop in <#C0SECRET|secret>", "I cannot see #secret. Type /invite in it to add me", ""),
        ("follow <https://github.com/acme/shop/releases>", "acme/shop is followed", "C0OPS"),
        ("follow gopher:x", "I understand hashicorp/terraform, pypi:ansible-core", ""),
        ("follow", "Say what: /follow hashicorp/terraform", ""),
        ("follow acme/shop in &lt;!channel&gt;", "is no channel.", ""),
        (f"follow acme/shop in #{'x' * 81}", "is no channel.", ""),
        ("follow acme/shop newest", '"newest" is no range of versions', ""),
        ("follows", "Nothing is followed yet", ""),
    ],
)
def test_following_is_understood_or_answered_with_what_is(bot, slack, typed, answered, where):
    slack.command(typed)

    slack.until(lambda: slack.private)
    assert answered in slack.private[0]["text"]
    assert [one.channel for one in bot.door.follows.known] == ([where] if where else [])


@pytest.mark.parametrize(
    ("conversation", "answered", "where"),
    [("DU0ADA", "acme/shop is followed", ["DU0ADA"]), ("D0OTHERS", "I am not in this conversation. Say it in a", [])],
)
def test_what_is_followed_in_direct_messages_is_told_there_if_they_are_with_the_bot(
    bot, slack, conversation, answered, where
):
    typed = {**slack.command_payload("acme/shop"), "command": "/follow"}
    slack.send("slash_commands", {**typed, "channel_id": conversation, "channel_name": "directmessage"})

    slack.until(lambda: slack.private)
    assert slack.private[0]["text"].startswith(answered)
    assert [one.channel for one in bot.door.follows.known] == where


def test_what_is_followed_in_direct_messages_is_listed_without_an_id_that_says_nothing(bot, slack):
    here = {"channel_id": "DU0ADA", "channel_name": "directmessage"}
    for nth, command in enumerate(["/follow", "/follows", "/unfollow"], start=1):
        typed = slack.command_payload("" if command == "/follows" else "acme/shop")
        slack.send("slash_commands", {**typed, "command": command, **here})
        slack.until(lambda nth=nth: len(slack.private) == nth)

    followed, listed, ended = [one["text"] for one in slack.private]
    assert "are told in your messages with me." in followed
    assert listed.startswith("acme/shop in messages with me")
    assert ended.startswith("acme/shop in messages with me is followed no more.")


def test_a_command_of_its_own_says_the_same_as_its_word(bot, slack):
    typed = slack.command_payload("acme/shop")
    slack.send("slash_commands", {**typed, "command": "/follow"})
    slack.until(lambda: slack.private)
    slack.send("slash_commands", {**typed, "command": "/unfollow"})

    slack.until(lambda: len(slack.private) == 2)
    assert slack.private[1]["text"].startswith("acme/shop in <#C0OPS> is followed no more")


def test_a_private_channel_has_no_name_since_slack_calls_all_of_them_the_same():
    said = {"user_id": "U0ADA", "channel_id": "C0SECRET", "channel_name": "privategroup"}

    assert read_command(said).channel_name == ""
    assert read_command({**said, "channel_name": "ops"}).channel_name == "ops"
