"""The program: Slack in front, a durable job runner behind, stacks as its data."""

__version__ = "0.1.0"
