"""Ends Bolt's own socket handler at once; by itself it waits three seconds for words that nobody says."""

from slack_bolt.adapter.socket_mode import SocketModeHandler

from tests.slack import Slack


def hang_up(handler: SocketModeHandler, slack: Slack) -> None:
    handler.client.auto_reconnect_enabled = False
    for socket in slack.get("sockets"):
        slack.delete(f"sockets/{socket['id']}")
    handler.close()
