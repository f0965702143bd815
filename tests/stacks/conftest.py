"""Contexts for the actions of shipped stacks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.actions.recording import Recording

STACKS = Path(__file__).parents[2] / "stacks"


@pytest.fixture
def step(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Recording]:
    """Makes contexts whose paths start at a shipped stack's folder, each with a scratch folder of its own."""
    made: list[Recording] = []

    def make(stack: str) -> Recording:
        # Not in the test's own folder: with its name the path is too long for the socket of shared SSH connections,
        # and each task takes twice as long.
        scratch = tmp_path_factory.mktemp("step")
        made.append(Recording(folder=STACKS / stack, scratch=scratch))
        return made[-1]

    return make
