"""What every room may use: clock, text, errors. Standard library only."""
