"""How fast we may speak to Slack. Pure: moments in, moments out.

Slack allows about one post a second per channel, and chat.update 50 times a minute per app and workspace (Tier 3,
https://docs.slack.dev/apis/web-api/rate-limits).
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

UPDATES_PER_MINUTE = 50
#: So many of them are left for final states.
KEPT_FOR_FINAL = 10
POST_EVERY = timedelta(seconds=1)
#: A running message is edited at most so often: people read no faster.
EDIT_EVERY = timedelta(seconds=2)
_MINUTE = timedelta(minutes=1)


def next_update_at(updates_sent_at: Sequence[datetime], now: datetime, *, is_final: bool) -> datetime:
    """The earliest moment at which one more update fits; *now* when one does already.

    *updates_sent_at* are the moments of earlier updates in the whole workspace, oldest first.
    """
    most = UPDATES_PER_MINUTE if is_final else UPDATES_PER_MINUTE - KEPT_FOR_FINAL
    recent = [at for at in updates_sent_at if now - at < _MINUTE]
    return now if len(recent) < most else recent[len(recent) - most] + _MINUTE


def edit_every(edited_messages: int) -> timedelta:
    """How often one message may be edited when so many change at once, so that each gets its share of the budget."""
    return max(EDIT_EVERY, edited_messages * _MINUTE / (UPDATES_PER_MINUTE - KEPT_FOR_FINAL))


@dataclass
class Pace:
    """Remembers what this front end sent, and says when the next may go."""

    _updates: deque[tuple[datetime, int]] = field(default_factory=deque)
    _posts: dict[str, datetime] = field(default_factory=dict)

    def edit_at(self, message: int, now: datetime, *, is_urgent: bool) -> datetime:
        """When *message* may be edited; what is urgent waits for the budget alone."""
        self._forget(now)
        moments = [at for at, _ in self._updates]
        fits = next_update_at(moments, now, is_final=is_urgent)
        if is_urgent:
            return fits
        every = edit_every(len({id for _, id in self._updates}))
        last = max((at for at, id in self._updates if id == message), default=None)
        return max(fits, last + every) if last else fits

    def post_at(self, channel: str, now: datetime) -> datetime:
        """When something may be posted in *channel*."""
        last = self._posts.get(channel)
        return max(now, last + POST_EVERY) if last else now

    def edited(self, message: int, now: datetime) -> None:
        """Remember an edit."""
        self._updates.append((now, message))

    def posted(self, channel: str, now: datetime) -> None:
        """Remember a post."""
        self._posts[channel] = now

    def _forget(self, now: datetime) -> None:
        while self._updates and now - self._updates[0][0] >= _MINUTE:
            self._updates.popleft()
        for channel, at in list(self._posts.items()):
            if now - at >= POST_EVERY:
                del self._posts[channel]
