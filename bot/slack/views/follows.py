"""What is followed from Slack."""

from collections.abc import Sequence

from bot.model.follow import Follow
from bot.slack.ids import UNFOLLOW, FollowRef, nth
from bot.slack.limits import Block, fit_message
from bot.slack.mrkdwn import at_time, one_line
from bot.slack.views.parts import button, section

_NOTHING = "Nothing is followed yet. Try `/follow hashicorp/terraform >=1.9`, or paste the address of a project."


def follows_text(follows: Sequence[Follow]) -> str:
    """The list in one line."""
    return (
        ", ".join(f"{one_line(_what(follow))} in {_where(follow)}" for follow in follows) or "Nothing is followed yet."
    )


def follows_blocks(follows: Sequence[Follow]) -> list[Block]:
    """The list, each with the button that ends it."""
    if not follows:
        return [section(_NOTHING)]
    return fit_message([_block(follow, number) for number, follow in enumerate(follows)])


def new_follow_text(follow: Follow) -> str:
    """What the person is told who follows something now."""
    where = _where(follow, whose="your ")
    return f"{one_line(_what(follow))} is followed: new versions are told in {where}. What is out already is not told."


def ended_text(follow: Follow) -> str:
    """What the person is told who ended one."""
    return f"{one_line(follow.thing.name)} in {_where(follow)} is followed no more."


def _block(follow: Follow, number: int) -> Block:
    since = at_time(follow.since, "since {date_short_pretty}")
    line = f"*{one_line(_what(follow))}* in {_where(follow)}\nby {one_line(follow.by)} {since}"
    end = button("Unfollow", action=nth(UNFOLLOW, number), value=FollowRef(name=follow.name).encode())
    return section(line, accessory=end)


def _what(follow: Follow) -> str:
    return f"{follow.thing.name} {follow.thing.range}" if follow.thing.range else follow.thing.name


def _where(follow: Follow, *, whose: str = "") -> str:
    is_id = follow.channel.startswith(("C", "G"))
    return f"<#{follow.channel}>" if is_id else one_line(follow.channel_name or f"{whose}messages with me")
