"""What the tests of backups share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.restic import restic_repository

SECRETS = {"env:BACKUP_PASSWORD": "a-password-for-tests", "env:S3_ID": "an-id", "env:S3_KEY": "a-key"}


@pytest.fixture
def backup(tmp_path: Path, context: Callable[..., Any]) -> Callable[..., Any]:
    """Runs an action of the backup `shop` in one repository."""
    restic_repository(tmp_path / "repository", SECRETS["env:BACKUP_PASSWORD"])
    repository = {"place": str(tmp_path / "repository"), "password": "env:BACKUP_PASSWORD"}

    def run(action: Any, *, step: Any = None, **fields: object) -> Any:
        made = action.model_validate({"repository": repository, "name": "shop", **fields})
        return made.run(step or context(secrets=SECRETS))

    return run


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    (tmp_path / "uploads" / "deep").mkdir(parents=True)
    (tmp_path / "uploads" / "one.txt").write_text("first")
    (tmp_path / "uploads" / "deep" / "two.bin").write_bytes(bytes(range(256)) * 100)
    return tmp_path / "uploads"
