"""git.tags and git.commits, against a real repository."""

import subprocess

import pytest
from pydantic import ValidationError

from actions.api import ActionFailed
from actions.git.commits import Commits
from actions.git.tags import Tags

WHO = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]


class Remote:
    """A repository that others push to."""

    def __init__(self, folder):
        self.address = f"file://{folder}"
        self._folder = str(folder)
        self.git("init", "-q", "--initial-branch=main", self._folder)

    def git(self, *words):
        argv = ["git", "-C", self._folder, *WHO, *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self):
        self.git("commit", "-q", "--allow-empty", "-m", "Work")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def remote(tmp_path):
    (tmp_path / "shop").mkdir()
    return Remote(tmp_path / "shop")


def states(check, context):
    return {version.number: version.state for version in check.list_versions(context)}


def test_a_tag_stands_for_its_commit_also_when_it_has_a_message(remote, looking):
    first = remote.commit()
    remote.git("tag", "v1.0")
    second = remote.commit()
    remote.git("tag", "-a", "v1.1", "-m", "More")
    remote.git("tag", "nightly")

    assert states(Tags(remote=remote.address, pattern=r"v\d.*"), looking()) == {"v1.0": first, "v1.1": second}


def test_a_branch_has_another_state_after_each_push(remote, looking):
    first = remote.commit()
    remote.git("branch", "other")
    check = Commits(remote=remote.address, branches="main|release/.+")

    before = states(check, looking())
    second = remote.commit()

    assert (before, states(check, looking())) == ({"main": first}, {"main": second})


def test_a_repository_without_tags_has_no_versions(remote, looking):
    assert Tags(remote=remote.address).list_versions(looking()) == []


def test_a_remote_that_is_not_there_is_named(remote, looking):
    with pytest.raises(ActionFailed, match=r"git cannot read file://.*/shop-2: fatal"):
        Tags(remote=f"{remote.address}-2").list_versions(looking())


def test_a_remote_that_is_a_program_is_not_run(tmp_path, looking):
    with pytest.raises(ActionFailed, match="transport 'ext' not allowed"):
        Tags(remote=f"ext::touch%20{tmp_path}/ran").list_versions(looking())

    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("wrong", ["--upload-pack=x", "https://ada:hush@127.0.0.1/shop.git"])
def test_an_address_that_is_an_option_or_holds_a_password_is_refused(wrong):
    with pytest.raises(ValidationError):
        Tags(remote=wrong)
