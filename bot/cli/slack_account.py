"""Who the bot token speaks as. Asks Slack with the standard library: for one question the SDK takes long to import."""

import json
import ssl
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import Request, urlopen

from bot.base.errors import SetupProblem
from bot.settings import Settings

_TIMEOUT_S = 10


@dataclass(frozen=True)
class Account:
    """The bot in its workspace."""

    name: str
    team: str

    def __str__(self) -> str:
        return f"@{self.name} in {self.team}"


def account(settings: Settings) -> Account | None:
    """The account of the bot token; None without a token.

    Raises SetupProblem when Slack refuses it or is not reached.
    """
    if settings.slack_bot_token is None:
        return None
    said = _call(settings.slack_api_url.rstrip("/") + "/auth.test", settings.slack_bot_token.get_secret_value())
    if not said.get("ok"):
        raise SetupProblem(
            f"Slack refused the bot token ({said.get('error', 'no answer that it could be')}).",
            hint="Copy SLACK_BOT_TOKEN again from the app's page OAuth & Permissions.",
        )
    return Account(name=str(said.get("user", "?")), team=str(said.get("team", "?")))


def _call(url: str, token: str) -> dict[str, object]:
    request = Request(url, data=b"", headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - settings allow http(s)
    try:
        with urlopen(request, timeout=_TIMEOUT_S, context=ssl.create_default_context()) as reply:  # noqa: S310
            said = json.load(reply)
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise SetupProblem(f"Slack is not reached at {url}: {reason}.", hint="Check the network.") from error
    return said if isinstance(said, dict) else {}
