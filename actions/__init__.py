"""Actions: typed, reusable work on outside systems. Knows nothing of Slack, stacks or the database."""
