"""What Ansible loads into its own process; the bot imports nothing of it."""
