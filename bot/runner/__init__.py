"""Executes runs: walks plans, starts programs that outlive the bot, recovers after crashes."""
