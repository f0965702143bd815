"""What servers show of themselves when a connection is encrypted."""
