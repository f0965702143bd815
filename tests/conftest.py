"""What all tests share."""

from hypothesis import settings

# The same examples each time: what fails on one machine fails on the next one, too. No deadline: two cores, busy.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
