"""What somebody follows is told, or they hear at once why it cannot be: nothing is kept that nobody would ever read."""

import pytest

from tests.slack import read

THING = "pypi:ansible-core"


@pytest.fixture
def bot(_shared):
    """One whose index of packages is nowhere: what is followed is kept, or is not, before anybody looks."""
    if not _shared.is_up:
        _shared.write("access.yml", '- {who: "@platform", may: all}\n', stack="")
        _shared.start(STACKHAND_PYTHON_INDEX="http://127.0.0.1:1/simple")
    return _shared


def told(person, part):
    """What this person alone is told, once *part* is in it."""
    return person.until(lambda: next((one for one in person.ephemerals("#general") if part in read(one)), None))


@pytest.fixture
def follow(slack):
    """Follows something; what the person is told alone."""

    def follow(where, *, in_channel="#general", by=slack):
        before = len(by.ephemerals(in_channel))
        by.command(f"{THING} {where}", command="/follow", channel=in_channel)
        return read(by.until(lambda: by.ephemerals(in_channel)[before:])[-1])

    return follow


@pytest.fixture
def nothing_is_followed(bot):
    """Checks that nobody looks at anything for somebody in Slack."""
    yield lambda: "followed/" not in bot.ask("watch", "list")
    assert "followed/" not in bot.ask("watch", "list")


def test_a_channel_that_is_not_there_is_named_with_what_to_do(follow, nothing_is_followed):
    told = follow("in #nowhere")

    assert told.startswith("I see no channel #nowhere. Check its name. If it is private, type /invite in it to add me")
    assert nothing_is_followed()


@pytest.mark.usefixtures("nothing_is_followed")
def test_a_private_channel_says_how_the_bot_comes_into_it_and_then_it_is_told_there(bot, slack, follow):
    slack.post("channels", name="secret", is_private=True, members=["ada"])
    told = follow("in #secret")
    assert "I cannot see #secret. Type /invite in it to add me" in told
    # Slack lets people type commands where the bot is not, too.
    assert follow("", in_channel="#secret").startswith("I am not in this conversation. Type /invite in it to add me")
    assert "followed/" not in bot.ask("watch", "list")

    slack.post("channels", name="secret", is_private=True, members=["ada", slack.snapshot()["bot"]["user_id"]])

    assert "is followed" in follow("", in_channel="#secret")
    slack.message_with("new versions are told here", channel="#secret")
    slack.command(THING, command="/unfollow", channel="#secret")
    slack.message_with("ended it", channel="#secret")


def test_an_archived_channel_is_told_nothing(slack, follow, nothing_is_followed):
    slack.post("channels", name="old", is_archived=True)

    assert follow("in #old").startswith("#old is archived. Please name another channel: in #CHANNEL.")
    assert nothing_is_followed()


def test_who_may_not_follow_does_not_learn_which_channels_there_are(slack, follow, nothing_is_followed):
    assert follow("in #nowhere", by=slack.as_name("linus")).startswith("You may not follow things from Slack.")
    assert nothing_is_followed()


def test_a_slack_that_does_not_answer_is_said_so_and_nothing_is_kept(slack, follow, nothing_is_followed):
    slack.fault("conversations.info", "reset_before")

    assert "Slack did not answer when I asked about #general. Try again in a moment." in follow("in #general")
    assert nothing_is_followed()


def test_a_slow_slack_gets_its_acknowledgement_in_time_and_the_answer_comes_later(bot, slack, follow):
    slack.fault("conversations.info", "delay", delay_s=4)

    assert "is followed: new versions are told in" in follow("in #general")

    assert all(entry.get("error") is None for entry in slack.journal("ack"))
    slack.command(THING, command="/unfollow", channel="#general")
    slack.message_with("ended it", channel="#general")
    assert "followed/" not in bot.ask("watch", "list")


@pytest.mark.parametrize("error", ["restricted_action", "not_in_channel"])
def test_a_channel_that_takes_no_message_of_the_bot_ends_it_and_who_asked_is_told_alone(
    bot, slack, follow, nothing_is_followed, error
):
    slack.fault("chat.postMessage", "error", error=error)

    follow("in #general")

    told = read(slack.message_with(f"({error})", channel="bot"))
    assert told.startswith(f"{THING} is not followed: Slack takes no message of mine in #general")
    assert "If I am not in it, type /invite there to add me; else name another channel: in #CHANNEL." in told
    assert nothing_is_followed()
    ended = [line["answer"] for line in bot.json("audit") if line["verb"] == "unfollow"]
    assert ended[0] == "undeliverable"


def test_the_list_says_who_follows_what_where_and_its_button_ends_it(bot, slack, follow):
    slack.command("", command="/follows", channel="#general")
    told(slack, "Nothing is followed yet. Try")
    slack.as_name("grace").command(f"{THING} >=2.19 in #support", command="/follow", channel="#general")
    slack.message_with("Grace Hopper follows", channel="#support")

    slack.command("", command="/follows", channel="#general")
    listed = told(slack, "by Grace Hopper")
    assert "*pypi:ansible-core &gt;=2.19* in <#C0SUPPORT>" in read(listed)
    slack.click(listed, "Unfollow")

    told(slack, "pypi:ansible-core in <#C0SUPPORT> is followed no more.")
    slack.message_with("Ada Lovelace ended it: new versions of pypi:ansible-core are not told here", channel="#support")
    assert "followed/" not in bot.ask("watch", "list")
