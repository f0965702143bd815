"""What the tests of actions share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.actions.recording import Recording


@pytest.fixture
def context(tmp_path: Path) -> Callable[..., Recording]:
    """Makes contexts, each with a scratch folder of its own, that find a stack's files in `tmp_path`."""
    made: list[Recording] = []

    def make(**values: object) -> Recording:
        scratch = tmp_path / f"scratch-{len(made)}"
        scratch.mkdir(mode=0o700)
        made.append(Recording(**{"folder": tmp_path, "scratch": scratch, **values}))  # type: ignore[arg-type]
        return made[-1]

    return make
