"""The weekly digest in words, and as a picture that a program of its own draws."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import structlog

from bot.base.text import cut, format_duration, plural
from bot.model.digest import Digest

log = structlog.get_logger()

#: A path, not an import: the library behind it must not come into this process.
_CHART = Path(__file__).parent.parent / "chart.py"
_PATIENCE_S = 60
#: Slack takes no longer alternative text.
_MOST_ALT = 1000


def title_of(digest: Digest) -> str:
    """`Week of 16 to 22 November 2026`."""
    last = digest.days[-1].date if digest.days else digest.end.date()
    first = digest.days[0].date if digest.days else digest.start.date()
    begin = f"{first.day}" if first.month == last.month else f"{first:%-d %B}"
    return f"Week of {begin} to {last:%-d %B %Y}"


def words_of(digest: Digest) -> list[str]:
    """The week in a few lines: for the message, for screen readers and for the terminal."""
    rate = f"{digest.success_percent}% succeeded" if digest.success_percent is not None else ""
    ends = [f"{count} {word}" for count, word in ((digest.failed, "failed"), (digest.aborted, "aborted")) if count]
    lines = [", ".join(part for part in (plural(digest.runs, "run"), rate, *ends) if part)]
    if digest.most_used:
        lines.append(f"Most used: {', '.join(f'{name} ({count})' for name, count in digest.most_used[:3])}")
    if digest.slowest:
        lines.append(f"Slowest: {', '.join(f'{name} ({format_duration(took)})' for name, took in digest.slowest[:3])}")
    if digest.held:
        held = [f"{name} for {format_duration(took)}" for name, took in digest.held[:3]]
        lines.append(f"In maintenance: {', '.join(held)}")
    return lines


def alt_text(digest: Digest) -> str:
    """The picture for those who do not see it."""
    return cut(f"{title_of(digest)}. {'. '.join(words_of(digest))}.", _MOST_ALT)


def draw(digest: Digest) -> bytes | None:
    """The picture as a PNG; None, and a line in the bot's own log, when it cannot be drawn: the words go alone."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(_CHART)],
            input=json.dumps(_described(digest)).encode(),
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or b""
        log.warning("the digest's picture was not drawn", error=str(error), said=said.decode(errors="replace")[-500:])
        return None
    return done.stdout


def _described(digest: Digest) -> dict[str, object]:
    held = sum((took for _, took in digest.held), timedelta())
    percent = digest.success_percent
    return {
        "title": title_of(digest),
        "figures": [
            (str(digest.runs), "run" if digest.runs == 1 else "runs"),
            (f"{percent}%" if percent is not None else "–", "succeeded"),
            (str(digest.failed), "failed"),
            (format_duration(held) if held else "–", "in maintenance"),
        ],
        "days": [
            {"name": f"{day.date:%a}", "succeeded": day.succeeded, "failed": day.failed, "aborted": day.aborted}
            for day in digest.days
        ],
        "most_used": [{"name": name, "size": count, "said": str(count)} for name, count in digest.most_used],
        "slowest": [
            {"name": name, "size": took.total_seconds(), "said": format_duration(took)} for name, took in digest.slowest
        ],
    }
