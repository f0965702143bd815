"""Nothing that comes from outside breaks the bot, starts anything without rights, or makes it tell a secret.

A hundred thousand payloads, in shares of which each meets a bot of its own, take four minutes on two cores:

    STACKHAND_HOSTILE_PAYLOADS=100000 .venv/bin/python -m pytest tests/slack_edge/test_hostile.py -n 2
"""

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from bot.slack.app import Listeners
from tests.slack_edge.hostile_lab import HostileLab, furnish, hostile_lab
from tests.slack_edge.payloads import Payloads
from tests.slack_edge.tiny_slack import TinySlack

COUNT = int(os.environ.get("STACKHAND_HOSTILE_PAYLOADS", "2000"))
SHARES = math.ceil(COUNT / 25_000)
#: Only the table is read of it.
TABLE = Listeners(cast("Any", None), cast("Any", None))
FURNISHED = 3
PLATFORM = {"U0ADA", "U0GRACE"}


@pytest.fixture
def lab(tmp_path: Path, slack: TinySlack) -> Iterator[HostileLab]:
    with hostile_lab(tmp_path, slack) as made:
        yield made


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("share", range(SHARES))
def test_hostile_payloads_break_nothing_start_nothing_and_learn_nothing(lab: HostileLab, share: int) -> None:
    payloads = Payloads(20261125 + share, furnish(lab), TABLE)

    lab.send_all(payloads.stream(math.ceil(COUNT / SHARES)))

    assert lab.unanswered == []
    assert not lab.logged.faults, "\n".join(str(fault.get("exception", fault)) for fault in lab.logged.faults)
    assert lab.unfit == []
    assert (lab.logged.secrets, lab.secrets_kept()) == ([], [])
    assert lab.allowed() <= PLATFORM
    # Some were whole and came from somebody who may: the others were not refused for nothing.
    assert lab.started() > FURNISHED
