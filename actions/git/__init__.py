"""What a git remote holds."""
