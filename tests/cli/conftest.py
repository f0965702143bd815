"""What the tests of the terminal share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder to stand in, and no setting of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(("SLACK_", "STACKHAND_")) or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
