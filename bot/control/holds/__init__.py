"""What keeps a run from beginning or going on: locks, approvals, freezes, pauses."""
