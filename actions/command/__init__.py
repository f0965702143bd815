"""Commands: run a program of this machine."""
