"""A form that changes while somebody fills it, when Slack says that it was drawn anew meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack_edge.hostile_lab import HostileLab, hostile_lab
from tests.slack_edge.tiny_slack import Fault, TinySlack

GREEN = {"value": {"type": "static_select", "selected_option": {"value": "green"}}}


@pytest.fixture
def lab(tmp_path: Path, slack: TinySlack) -> Iterator[HostileLab]:
    with hostile_lab(tmp_path, slack) as made:
        yield made


def test_the_newest_change_is_drawn_although_an_earlier_one_was_drawn_meanwhile(lab: HostileLab) -> None:
    slack = lab.slack
    slack.command("shop deploy reason=move")
    form = slack.until(lambda: slack.modal if slack.modal["callback_id"] == "job_form" else None)
    slack.faults.append(Fault("views.update", "error", error="hash_conflict"))

    seen = {**form, "hash": "1.before", "state": {"values": {"field.colour": GREEN}}}
    slack.press({"action_id": "value", "type": "static_select", **GREEN["value"]}, view=seen)

    slack.until(lambda: "field.extra" in [block.get("block_id") for block in slack.modal["blocks"]])
    assert [one.get("hash") for one in slack.called("views.update")[-2:]] == ["1.before", None]
