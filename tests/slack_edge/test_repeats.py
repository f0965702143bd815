"""What Slack sends twice, and what people press twice, starts once: a thousand times."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.slack_edge.hostile_lab import HostileLab, hostile_lab
from tests.slack_edge.tiny_slack import TinySlack

COUNT = 1000
PEOPLE = 8


@pytest.fixture
def lab(tmp_path: Path, slack: TinySlack) -> Iterator[HostileLab]:
    with hostile_lab(tmp_path, slack) as made:
        yield made


def sent_form(number: int, press: int) -> dict[str, Any]:
    """The form *number*, as Slack sends it when its button is pressed for the *press*-th time."""
    view = {
        "id": f"V{number}",
        "root_view_id": f"V{number}",
        "type": "modal",
        "callback_id": "job_form",
        "private_metadata": '{"stack":"shop","job":"look","environment":"staging"}',
        "title": {"type": "plain_text", "text": "Look"},
        "blocks": [],
        "state": {"values": {"environment": {"value": {"selected_option": {"value": "staging"}}}}},
    }
    return {"type": "view_submission", "user": {"id": "U0ADA"}, "trigger_id": f"t{number}.{press}", "view": view}


def test_a_thousand_double_clicks_and_resent_envelopes_start_a_thousand_runs(lab: HostileLab) -> None:
    def send(number: int) -> list[Any]:
        first = lab.slack.send("interactive", sent_form(number, 1))
        if number % 2:
            return [first, lab.slack.send("interactive", sent_form(number, 2))]
        again = {"retry_attempt": 1, "retry_reason": "timeout"}
        return [first, lab.slack.send("interactive", sent_form(number, 1), **again)]

    with ThreadPoolExecutor(PEOPLE) as people:
        answers = [answer for both in people.map(send, range(COUNT)) for answer in both]

    assert {str(answer) for answer in answers} == {"{'response_action': 'clear'}"}
    assert lab.started() == COUNT
    assert lab.logged.faults == []
