"""`backup.*`: files into a real restic repository and back."""

import os
import shutil
import subprocess
from collections.abc import Sequence

import pytest

from actions.api import ActionFailed, Version
from actions.backup.create import Create
from actions.backup.prune import Prune
from actions.backup.restore import Restore
from actions.backup.snapshots import Snapshots
from actions.backup.verify import Verify
from tests.actions.backup.conftest import SECRETS

pytestmark = pytest.mark.full


def test_files_are_saved_verified_and_brought_back(backup, uploads, tmp_path):
    saved = backup(Create, paths=["uploads"])

    verified = backup(Verify)
    restored = backup(Restore, folder=str(tmp_path / "restored"))

    assert (saved.files, saved.bytes) == (verified.files, verified.bytes) == (2, 25605)
    assert saved.snapshot.startswith(verified.snapshot)
    assert restored.files == 2
    came = tmp_path / "restored" / uploads.relative_to("/")
    assert (came / "deep" / "two.bin").read_bytes() == (uploads / "deep" / "two.bin").read_bytes()


def test_nothing_that_is_there_is_written_over(backup, uploads):
    backup(Create, paths=["uploads"])

    with pytest.raises(ActionFailed, match="There is something at"):
        backup(Restore, folder=str(uploads))


def test_nor_by_a_restore_that_begins_again_after_a_crash(backup, uploads, context):
    backup(Create, paths=["uploads"])
    (uploads / "one.txt").write_text("newer")
    step = context(secrets=SECRETS)

    for _ in range(2):
        with pytest.raises(ActionFailed, match="There is something at"):
            backup(Restore, folder=str(uploads), step=step)


def test_a_restore_that_breaks_off_leaves_its_folder_empty_and_the_next_one_clears_what_a_killed_one_left(
    backup, uploads, tmp_path, monkeypatch
):
    backup(Create, paths=["uploads"])
    place, half = tmp_path / "restored", tmp_path / "restored" / ".stackhand-restoring"
    cut, restic = tmp_path / "bin" / "restic", shutil.which("restic")
    cut.parent.mkdir()
    cut.write_text(f'#!/bin/sh\ncase " $* " in *" restore "*) {restic} "$@"; exit 1 ;; esac\nexec {restic} "$@"\n')
    cut.chmod(0o755)

    with monkeypatch.context() as broken:
        broken.setenv("PATH", f"{cut.parent}:{os.environ['PATH']}")
        with pytest.raises(ActionFailed, match="restic ended with code 1"):
            backup(Restore, folder=str(place))
    assert list(place.iterdir()) == []
    half.mkdir()
    (half / "half.txt").write_text("ha")

    assert backup(Restore, folder=str(place)).files == 2
    assert [path.name for path in place.iterdir()] == [uploads.parts[1]]


def test_a_backup_with_damaged_data_is_not_verified(backup, uploads, tmp_path):
    backup(Create, paths=["uploads"])
    for pack in (tmp_path / "repository" / "data").rglob("*"):
        if pack.is_file():
            pack.chmod(0o600)
            pack.write_bytes(pack.read_bytes()[:-200] + bytes(200))

    with pytest.raises(ActionFailed):
        backup(Verify)


def test_only_what_the_rule_keeps_stays(backup, uploads):
    for content in ("a", "b", "c"):
        (uploads / "one.txt").write_text(content)
        newest = backup(Create, paths=["uploads"]).snapshot

    pruned = backup(Prune, keep={"last": 1})

    assert (pruned.kept, len(pruned.removed)) == (1, 2)
    assert newest.startswith(backup(Verify).snapshot)


def test_pruning_does_not_wait_for_a_backup_that_was_killed(backup, uploads, tmp_path):
    backup(Create, paths=["uploads"])
    repository = tmp_path / "repository"
    environment = {"PATH": os.environ["PATH"], "RESTIC_PASSWORD": SECRETS["env:BACKUP_PASSWORD"]}
    argv = ["restic", f"--repo={repository}", "--no-cache", "backup", "--stdin"]
    with subprocess.Popen(argv, env=environment, stdin=subprocess.PIPE) as killed:
        while not any((repository / "locks").iterdir()):
            assert killed.poll() is None
        killed.kill()

    assert backup(Prune, keep={"last": 1}).kept == 1


def test_a_rule_that_keeps_nothing_is_refused(backup):
    with pytest.raises(ValueError, match="would delete every backup"):
        backup(Prune, keep={})


def test_a_wrong_password_is_told(tmp_path, context, backup, uploads):
    backup(Create, paths=["uploads"])
    fields = {"repository": {"place": str(tmp_path / "repository"), "password": "env:OTHER"}, "name": "shop"}

    with pytest.raises(ActionFailed, match=r"cannot be opened: .*wrong password"):
        Create.model_validate({**fields, "paths": ["uploads"]}).run(context(secrets={"env:OTHER": "wrong-one"}))


def test_the_check_lists_the_backups_of_a_name(backup, uploads, tmp_path, looking):
    saved = backup(Create, paths=["uploads"]).snapshot
    repository = {"place": str(tmp_path / "repository"), "password": "env:BACKUP_PASSWORD"}

    def listed(place: str) -> Sequence[Version]:
        check = Snapshots.model_validate({"repository": {**repository, "place": place}, "name": "shop"})
        return check.list_versions(looking(secrets=SECRETS))

    assert listed(str(tmp_path / "not-there-yet")) == []
    [version] = listed(repository["place"])
    assert saved.startswith(version.number)
    assert version.published_at is not None
