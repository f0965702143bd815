"""Databases: copy production to staging with its personal data masked, and swap one database for another."""
