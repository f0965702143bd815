"""The loops that act on time: timers, schedules, checks."""
