"""files.versions, with files of a stack."""

import pytest

from actions.api import ActionFailed
from actions.files.versions import Versions


def test_what_is_deployed_is_read_from_where_a_deployment_wrote_it_down(looking, tmp_path):
    (tmp_path / "VERSION").write_text("v1.9.0\n")

    assert [one.number for one in Versions(file="VERSION").list_versions(looking())] == ["v1.9.0"]


def test_a_pattern_finds_the_version_among_other_words(looking, tmp_path):
    (tmp_path / "app.toml").write_text('name = "app"\nversion = "1.10"\n')

    assert [one.number for one in Versions(file="app.toml", pattern='version = "(.+)"').list_versions(looking())] == [
        "1.10"
    ]


def test_a_file_that_is_not_there_is_named(looking):
    with pytest.raises(ActionFailed, match="VERSION cannot be read: No such file or directory"):
        Versions(file="VERSION").list_versions(looking())
