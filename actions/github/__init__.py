"""Checks and actions on GitHub and GitHub Enterprise."""
