"""A Slack workspace on one machine: Web API, Socket Mode, HTTP mode, and a page to act as its people."""
