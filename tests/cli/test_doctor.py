"""`stackhand doctor`."""

import socket

import pytest

from bot.model.message import MessageKind
from bot.store.store import Store
from tests.fakes.terraform import terraform_path


def test_a_machine_with_everything_is_well(terminal):
    done = terminal.call("doctor", STACKHAND_PORT="0", PATH=terraform_path(terminal.folder / "bin"))

    assert done.returncode == 0, done.stdout
    assert {line[0] for line in done.stdout.splitlines()} == {"✓"}
    for word in (
        "Python",
        "SQLite",
        "ansible-playbook",
        "ssh",
        "git",
        "terraform: Terraform v",
        "Data",
        "Database",
        "Stacks",
        "Slack",
        "Port",
    ):
        assert f"✓ {word}" in done.stdout


def test_what_is_missing_is_told_with_what_mends_it(terminal):
    terminal.write_stack("broken", "stack: other\n")
    tools = terminal.folder / "tools"
    tools.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = terminal.call("doctor", PATH=str(tools), STACKHAND_PORT=str(taken.getsockname()[1]))

    assert done.returncode == 1
    for bad, mend in [
        ("✗ ssh is not installed", "apt install openssh-client"),
        ("✗ git is not installed", "apt install git"),
        ("– Terraform is not installed: demos are not offered", "developer.hashicorp.com/terraform/install"),
        ("✗ Stacks: ", "stackhand check"),
        ("✗ Port ", "stackhand up --port 0"),
    ]:
        assert bad in done.stdout
        assert mend in done.stdout


def test_a_wrong_setting_is_named(terminal):
    done = terminal.call("doctor", SLACK_BOT_TOKEN="xoxb-good")

    assert done.returncode == 1
    assert "SLACK_APP_TOKEN is missing" in done.stdout


@pytest.mark.parametrize(
    ("token", "code", "said"), [("xoxb-good", 0, "✓ Slack: @stackhand in Acme"), ("xoxb-old", 1, "(invalid_auth)")]
)
def test_a_bot_token_is_tried(terminal, slack, token, code, said):
    settings = {"SLACK_BOT_TOKEN": token, "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": slack, "STACKHAND_PORT": "0"}

    done = terminal.call("doctor", **settings)

    assert done.returncode == code
    assert said in done.stdout
    assert token not in done.stdout


def owed(tx, key, channel):
    """The id of a message that is owed to a channel."""
    tx.messages.owe(key=key, kind=MessageKind.FIXED, channel=channel)
    return tx.messages.get(key).id


def test_a_channel_that_took_no_message_is_named_until_it_takes_one(terminal):
    terminal.data.mkdir(exist_ok=True)
    store = Store.open(f"sqlite:///{terminal.data}/stackhand.db")
    with store.begin() as tx:
        for channel in ("#general", "#ops"):
            tx.messages.refused(owed(tx, channel, channel), revision=1, error="restricted_action")
        tx.messages.posted(owed(tx, "later", "#ops"), revision=1, channel_id="C0OPS", ts="1.1")
    store.close()

    done = terminal.ask("doctor")

    assert "✗ Slack: no message could be posted in #general: posting there is restricted\n  Whoever" in done.stdout
    assert "#ops" not in done.stdout
