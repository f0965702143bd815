"""What the tests of actions share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.actions.closed_world import ClosedWorld, Quiet, answering
from tests.actions.recording import Looking, Recording


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


@pytest.fixture
def looking(tmp_path: Path) -> Callable[..., Looking]:
    """Makes contexts of checks that find a stack's files in `tmp_path`."""

    def make(**values: object) -> Looking:
        return Looking(**{"folder": tmp_path, **values})  # type: ignore[arg-type]

    return make


@pytest.fixture
def closed_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClosedWorld]:
    """What an action may be tried in. The AWS SDK finds no key and no role, or it would reach the real cloud."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    # Providers of Terraform are kept there.
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    context = Quiet(folder=tmp_path, scratch=tmp_path, previewing=True)
    with answering(context) as url:
        yield ClosedWorld(context, url)
