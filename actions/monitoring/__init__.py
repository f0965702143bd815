"""Monitoring: silence alerts of Alertmanager for a time, see who silenced what, and watch whether new ones fire."""
