"""Moments as people read them in previews and logs, whichever zone they were written in."""

import pytest

from actions.api import ActionFailed
from actions.monitoring.silence import Silence


def test_an_end_that_was_written_in_another_zone_is_told_in_utc(context):
    silence = Silence(
        url="http://127.0.0.1:9",
        matchers=['severity="warning"'],
        comment="Deployment",
        until="2020-01-02T01:30:00+02:00",
    )

    with pytest.raises(ActionFailed, match=r"^Wed 01 Jan 23:30 UTC is over\.$"):
        silence.run(context())
