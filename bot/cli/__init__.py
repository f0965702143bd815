"""`stackhand`, the terminal: the same front door, checks and audit as in Slack.

Exit codes: 0 succeeded, 1 failed, 2 wrong use or wrong set-up, 3 errored, 4 aborted, 5 interrupted.
"""

from bot.cli.verbs import main

__all__ = ["main"]
