"""The workspace's own time, which tests may move, and the ids and timestamps made from it."""

from datetime import UTC, datetime, timedelta

from bot.base.clock import Clock


class MovableClock:
    """Another clock, moved ahead. Expiry and limits go by it; waiting for an acknowledgement does not."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The workspace's moment, aware, in UTC."""
        return self._base.now() + self._ahead

    def unix(self) -> float:
        """The workspace's moment in seconds since 1970."""
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        self._ahead += timedelta(seconds=seconds)

    def set(self, unix: float) -> None:
        """Make it this moment."""
        self._ahead = datetime.fromtimestamp(unix, UTC) - self._base.now()

    def reset(self) -> None:
        """Go by the other clock again."""
        self._ahead = timedelta()


class Ids:
    """Names that nothing else in the workspace has, nor had before a restart."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        # Milliseconds: a later life starts higher than an earlier one can have counted.
        self._last = int(clock.unix() * 1000)
        self._last_ts = 0

    @property
    def first(self) -> int:
        """The number that this life counts from."""
        return self._last

    def new(self, prefix: str) -> str:
        """`V018F3C2A91B`, and never again."""
        self._last += 1
        return f"{prefix}{self._last:011X}"

    def ts(self) -> str:
        """A message's name: its moment, later than any other's."""
        self._last_ts = max(self._last_ts + 1, int(self._clock.unix() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"
