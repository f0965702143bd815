"""Settings: where they come from, and what is said about wrong ones."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.base.errors import SetupProblem
from bot.settings import Settings

Say = Callable[..., None]
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-2-3", "SLACK_APP_TOKEN": "xapp-1-A-2"}


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Say:
    """Set environment variables."""

    def set_all(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_all


def problem() -> str:
    """The one sentence, or several, that refuse the present set-up."""
    with pytest.raises(SetupProblem) as refused:
        Settings()
    return str(refused.value)


def test_nothing_set_means_a_sandbox_on_this_machine(tmp_path: Path) -> None:
    settings = Settings()

    assert settings.sandbox
    assert settings.data == tmp_path / ".stackhand"
    assert settings.database == f"sqlite:///{tmp_path}/.stackhand/stackhand.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8765)


def test_the_stacks_of_the_checkout_are_the_default() -> None:
    assert Settings().stacks == Path(__file__).parents[2] / "stacks"


def test_both_tokens_mean_the_real_slack(say: Say) -> None:
    say(**TOKENS)

    settings = Settings()

    assert not settings.sandbox
    assert settings.slack_api_url == "https://slack.com/api/"


def test_a_bot_token_and_a_signing_secret_are_enough_for_http_mode(say: Say) -> None:
    say(SLACK_BOT_TOKEN=TOKENS["SLACK_BOT_TOKEN"], SLACK_SIGNING_SECRET="5ecret")

    assert not Settings().sandbox


def test_an_env_file_in_the_folder_is_read_and_the_environment_goes_before_it(say: Say, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("STACKHAND_PORT=1111\nSTACKHAND_HOST=127.0.0.2\nGITHUB_TOKEN=from-file\n")
    say(STACKHAND_PORT="2222")

    settings = Settings()

    assert (settings.port, settings.host) == (2222, "127.0.0.2")
    assert settings.environ["GITHUB_TOKEN"] == "from-file"


def test_the_command_line_goes_before_everything(say: Say, tmp_path: Path) -> None:
    say(STACKHAND_DATA="/elsewhere", STACKHAND_PORT="1")

    settings = Settings(data=Path("here"), port=0)

    assert (settings.data, settings.port) == (tmp_path / "here", 0)


@pytest.mark.parametrize("missing", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_one_token_without_the_other_is_named(say: Say, missing: str) -> None:
    say(**{name: value for name, value in TOKENS.items() if name != missing})

    assert problem().startswith(f"{missing} is missing")


def test_swapped_tokens_are_both_named_and_neither_is_shown(say: Say) -> None:
    say(SLACK_BOT_TOKEN=TOKENS["SLACK_APP_TOKEN"], SLACK_APP_TOKEN=TOKENS["SLACK_BOT_TOKEN"])

    said = problem()

    assert "SLACK_BOT_TOKEN does not start with xoxb-" in said
    assert "SLACK_APP_TOKEN does not start with xapp-" in said
    assert not any(value in said for value in TOKENS.values())


def test_everything_wrong_is_named_at_once(say: Say) -> None:
    say(STACKHAND_PORT="many", STACKHAND_VARS="[1", STACKHAND_STACKS="/nowhere", SLACK_BOT_TOKEN="hello")

    said = problem()

    for name in ("STACKHAND_PORT", "STACKHAND_VARS", "STACKHAND_STACKS", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        assert name in said


def test_a_misspelt_name_is_told_with_the_right_one(say: Say) -> None:
    say(STACKHAND_PROT="1")

    assert problem() == "STACKHAND_PROT is no setting. Did you mean STACKHAND_PORT?"


def test_a_secret_is_not_shown_by_printing_the_settings(say: Say) -> None:
    say(**TOKENS, DATABASE_URL="postgresql://ada:hunter2@db/stackhand")

    shown = repr(Settings())

    assert not any(secret in shown for secret in (*TOKENS.values(), "hunter2"))


def test_own_vars_go_before_the_given_ones(say: Say) -> None:
    say(STACKHAND_VARS='{"region": "eu", "sandbox": false}')

    found = Settings().vars

    assert (found["region"], found["sandbox"]) == ("eu", False)


def test_the_playground_is_where_the_running_bot_says(tmp_path: Path) -> None:
    settings = Settings()
    assert settings.vars["playground_url"] == "http://127.0.0.1:8765/site/"

    settings.data.mkdir()
    settings.up_file.write_text(json.dumps({"url": "http://127.0.0.1:40001/", "pid": 1}))

    assert settings.vars["playground_url"] == "http://127.0.0.1:40001/site/"
    assert settings.vars["playground_root"] == f"{tmp_path}/.stackhand/playground"


def test_registries_of_packages_are_known_to_stacks_and_to_those_who_follow_once_they_are_set(say: Say) -> None:
    assert (Settings().registries, Settings().vars["python_index"]) == ({}, "")

    say(STACKHAND_PYTHON_INDEX="https://packages.example.org/simple")

    assert Settings().registries == {"pypi": "https://packages.example.org/simple"}
    assert Settings().vars["python_index"] == "https://packages.example.org/simple"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("packages.example.org", "'packages.example.org'"),
        ("https://me:hu@sh@packages.example.org/npm", "'https://***@packages.example.org/npm'"),
        ("https://hush@packages.example.org/npm", "'https://***@packages.example.org/npm'"),
        ("me:hush@packages.example.org", "'***@packages.example.org'"),
    ],
)
@pytest.mark.parametrize("name", ["STACKHAND_NPM_REGISTRY", "STACKHAND_PYTHON_INDEX"])
def test_what_is_no_address_of_a_registry_is_said_without_its_password(
    say: Say, name: str, written: str, shown: str
) -> None:
    say(**{name: written})

    said = problem()

    assert said.startswith(f"{name} is {shown}: it has to start with https:// or http://, and holds no password")
    assert "hush" not in said
    assert ".netrc" in said
