"""How often a method may be called, and how long to wait when it was called too often.

The tiers are Slack's (https://docs.slack.dev/apis/web-api/rate-limits); how large a burst it bears is undocumented.
"""

import math
from dataclasses import dataclass
from enum import IntEnum

from bot.sandbox.clock import MovableClock
from bot.sandbox.wire import Refusal


class Tier(IntEnum):
    """Calls per minute of one method."""

    ONE = 1
    TWO = 20
    THREE = 50
    FOUR = 100
    #: "Hundreds of requests per minute": auth.test and its like.
    SPECIAL = 600


#: "One message per second per channel; short bursts are allowed."
_POSTS_PER_S = 1.0
_POSTS_IN_A_BURST = 5
#: "Several hundred messages per minute" in the whole workspace.
_POSTS_PER_MINUTE = 300


class TooOften(Refusal):
    """Slack answers 429."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class Rates:
    """One bucket per method, and one per channel for posts."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        #: Benchmarks ask for more than Slack would bear.
        self.is_on = True

    def forget(self) -> None:
        """Count anew."""
        self._buckets.clear()

    def method(self, name: str, tier: Tier) -> None:
        """Count a call of a method. Raises TooOften."""
        self._take(name, per_s=tier / 60, burst=tier)

    def post(self, channel: str) -> None:
        """Count a message. Raises TooOften."""
        self._take(f"post:{channel}", per_s=_POSTS_PER_S, burst=_POSTS_IN_A_BURST)
        self._take("post", per_s=_POSTS_PER_MINUTE / 60, burst=_POSTS_PER_MINUTE)

    def _take(self, name: str, *, per_s: float, burst: int) -> None:
        if not self.is_on:
            return
        now = self._clock.unix()
        bucket = self._buckets.setdefault(name, _Bucket(tokens=burst, filled_at=now))
        bucket.tokens = min(float(burst), bucket.tokens + max(0.0, now - bucket.filled_at) * per_s)
        bucket.filled_at = now
        if bucket.tokens < 1:
            raise TooOften(retry_after=max(1, math.ceil((1 - bucket.tokens) / per_s)))
        bucket.tokens -= 1
