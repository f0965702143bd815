"""Checks and actions on GitLab, at gitlab.com and self-hosted."""
