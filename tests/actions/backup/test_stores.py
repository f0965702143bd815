"""Where backups are kept: an S3 bucket, and a server by SFTP."""

import getpass

import pytest

from actions.backup.create import Create
from actions.backup.verify import Verify
from tests.actions.backup.conftest import SECRETS
from tests.fakes.aws import moto
from tests.fakes.hosts import ssh_hosts
from tests.fakes.restic import restic_repository

pytestmark = pytest.mark.full


def test_a_backup_in_an_s3_bucket_that_was_empty_is_verified(backup, uploads):
    with moto() as url:
        keys = {"AWS_ACCESS_KEY_ID": "env:S3_ID", "AWS_SECRET_ACCESS_KEY": "env:S3_KEY"}
        repository = {"place": f"s3:{url}/backups", "password": "env:BACKUP_PASSWORD", "secret_env": keys}

        saved = backup(Create, repository=repository, paths=["uploads"])
        verified = backup(Verify, repository=repository)

    assert saved.snapshot.startswith(verified.snapshot)
    assert verified.files == 2


def test_a_backup_on_a_server_by_sftp_is_verified(backup, uploads, tmp_path):
    with ssh_hosts(tmp_path / "lab", ("store",)) as lab:
        host = lab.hosts["store"]
        restic_repository(host.folder / "backups", SECRETS["env:BACKUP_PASSWORD"])
        there = f"{getpass.getuser()}@{host.address}"
        options = f"-p {host.port} -i {lab.folder}/user -o UserKnownHostsFile={lab.folder}/known_hosts"
        repository = {
            "place": f"sftp:{there}:{host.folder}/backups",
            "password": "env:BACKUP_PASSWORD",
            "options": {"sftp.command": f"ssh {options} -o IdentitiesOnly=yes {there} -s sftp"},
        }

        saved = backup(Create, repository=repository, paths=["uploads"])
        verified = backup(Verify, repository=repository)

        assert saved.snapshot.startswith(verified.snapshot)
        assert verified.files == 2
        assert (host.folder / "backups" / "config").is_file()
