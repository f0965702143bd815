"""Ansible: run a team's playbooks."""
