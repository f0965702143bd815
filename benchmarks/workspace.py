"""`python -m benchmarks.workspace`: a Slack workspace in a process of its own, until SIGTERM."""

import json
import signal
from pathlib import Path

from bot.sandbox.sandbox import Sandbox

MANIFEST = Path(__file__).parents[1] / "manifest.yml"


def main() -> None:
    """Serve, and say in one line how an app connects."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    sandbox = Sandbox(manifest=MANIFEST)
    sandbox.start()
    keys = {
        "SLACK_API_URL": sandbox.api_url,
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
    }
    print(json.dumps({"url": sandbox.url, "environ": keys}), flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    sandbox.stop()


if __name__ == "__main__":
    main()
