"""command.versions, with programs of this machine."""

import pytest

from actions.api import ActionFailed
from actions.command.versions import Versions


def test_versions_are_found_in_what_a_program_prints_each_once(looking):
    check = Versions(argv=["printf", "%s\n", "app 1.9", "app 1.10", "app 1.9"], pattern=r"app ([0-9.]+)")

    assert [one.number for one in check.list_versions(looking())] == ["1.9", "1.10"]


def test_a_program_runs_in_the_stack_s_folder_and_sees_no_secrets_of_the_bot(looking, tmp_path, monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hush")
    (tmp_path / "told.sh").write_text("cat VERSION; env\n")
    (tmp_path / "VERSION").write_text("1.9\n")

    listed = [one.number for one in Versions(argv=["sh", "told.sh"]).list_versions(looking())]

    assert listed[0] == "1.9"
    assert not any("hush" in number for number in listed)


@pytest.mark.parametrize(
    ("argv", "timeout_s", "sentence"),
    [
        (["no-such-program"], 60, "no-such-program cannot be run: No such file or directory"),
        (["sh", "-c", "echo away >&2; exit 3"], 60, "sh failed \\(3\\): away"),
        (["false"], 60, "false failed \\(1\\): it said nothing"),
        (["sleep", "60"], 0.1, "sleep was not through within 0.1 s"),
    ],
)
def test_a_program_that_tells_nothing_is_said_in_one_sentence(looking, argv, timeout_s, sentence):
    with pytest.raises(ActionFailed, match=sentence):
        Versions(argv=argv, timeout_s=timeout_s).list_versions(looking())
