"""Backups: files and databases, kept by rule, verified, and brought back."""
