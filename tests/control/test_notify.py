"""Quiet hours, and which line is told of which run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.model.notify import NotifyRule, Occasion, Quiet
from bot.model.run import Run, RunStatus
from bot.slack.views.notice import notice_text, quiet_text
from tests.slack_edge.samples import run

NIGHT = Quiet(start="22:00", until="07:00", zone="Europe/Berlin")
SINCE = datetime(2026, 11, 23, 21, tzinfo=UTC)
UNTIL = datetime(2026, 11, 24, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "is_quiet"),
    [
        (datetime(2026, 11, 23, 20, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 21, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 5, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 6, 0, tzinfo=UTC), False),
    ],
)
def test_a_night_is_quiet_where_the_people_are(now: datetime, is_quiet: bool) -> None:
    assert NIGHT.around(now) == ((SINCE, UNTIL) if is_quiet else None)


def test_quiet_hours_may_lie_within_a_day() -> None:
    noon = Quiet(start="12:00", until="13:00", zone="UTC")

    assert noon.around(datetime(2026, 11, 23, 12, 30, tzinfo=UTC))
    assert not noon.around(datetime(2026, 11, 23, 13, 0, tzinfo=UTC))


def group_id(handle: str) -> str | None:
    return {"oncall": "S0ON"}.get(handle)


def ended(number: int, status: RunStatus, at: datetime, **more: Any) -> Run:
    return replace(run(), number=number, status=status, begun_at=at - timedelta(seconds=5), ended_at=at, **more)


def test_a_failure_calls_the_starter_and_a_group() -> None:
    failed = ended(12, RunStatus.FAILED, SINCE, reason="Copy: <!channel> is full")

    text = notice_text(failed, Occasion.FAILURE, ["starter", "@oncall", "@nobody"], group_id)

    assert text == (
        "✗ *Maintenance on, production* failed after 5.0s: Copy: &lt;!channel&gt; is full"
        "\nmaintenance #12 by Ada Lovelace <@U0ADA> <!subteam^S0ON> @nobody"
    )


def test_who_is_no_person_is_not_called() -> None:
    failed = ended(12, RunStatus.FAILED, SINCE, started_by_id="auto:timer", started_by="Timer")

    assert "<@" not in notice_text(failed, Occasion.FAILURE, ["starter"], group_id)


def told(on: tuple[Occasion, ...], *runs: Run) -> str:
    return quiet_text(runs, NotifyRule(channel="#ops", on=on), SINCE, UNTIL).partition("): ")[2]


def test_what_was_held_back_is_one_line() -> None:
    night = SINCE + timedelta(hours=1)
    runs = [
        ended(1, RunStatus.FAILED, SINCE - timedelta(hours=1)),
        ended(2, RunStatus.SUCCEEDED, night),
        ended(3, RunStatus.SUCCEEDED, night),
        ended(4, RunStatus.FAILED, night),
        ended(5, RunStatus.SUCCEEDED, UNTIL),
    ]

    assert told((Occasion.RECOVERY,), *runs) == "✓ Maintenance on, production (#2)"
    assert told((Occasion.FINISH, Occasion.FAILURE), *runs).count("✓") == 2
    assert "#4" in told((Occasion.FINISH,), *runs)
