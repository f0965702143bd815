"""What the bot does when somebody does something in Slack. Listeners validate, ask the front door, and answer."""
