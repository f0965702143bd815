"""The playbook that brings a version out: what servers keep of the versions before it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.conftest import ROOT

PLAYBOOK = ROOT / "stacks" / "deploy" / "payload" / "release.yml"


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """Versions 1 to 6, brought out one after the other; visitors were led back to 2, and 5 was before 6."""
    (tmp_path / "before").mkdir()
    for number in range(1, 7):
        release = tmp_path / "releases" / str(number)
        release.mkdir(parents=True)
        (release / ".complete").touch()
        os.utime(release, (number, number))
        (tmp_path / "before" / f"1{number}").symlink_to(release)
    (tmp_path / "current").symlink_to(tmp_path / "releases" / "2")
    return tmp_path


def bring_out(server: Path, version: str, *more: str) -> str:
    values = f"site_root={server} state=out version={version} deployment=20 artefacts='' env_name=x"
    argv = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "web,", "-c", "local", "-e", values, *more]
    done = subprocess.run(
        [*argv, "-e", f"ansible_python_interpreter={sys.executable}", str(PLAYBOOK)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "ANSIBLE_INVENTORY_ENABLED": "advanced_host_list"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_the_oldest_versions_go_but_not_the_one_that_visitors_got_before(server: Path) -> None:
    bring_out(server, "7", "-e", "kept=3", "--check")
    assert names(server / "releases") == {"1", "2", "3", "4", "5", "6"}

    bring_out(server, "7", "-e", "kept=3")

    assert names(server / "releases") == {"2", "5", "6", "7"}
    assert names(server / "before") == {"12", "15", "16", "20"}
    assert (server / "current").resolve().name == "7"
    assert (server / "before" / "20").resolve().name == "2"
