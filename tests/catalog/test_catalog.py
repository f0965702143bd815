"""The catalog: it loads what is good, says what is not, and picks up edits."""

from pathlib import Path
from typing import Any

import pytest

from bot.base.errors import NotFound
from bot.catalog.catalog import Catalog

SHIPPED = Path(__file__).parents[2] / "stacks"
ON_A_LAPTOP: dict[str, Any] = {"sandbox": True, "playground_root": "/root", "playground_url": "http://127.0.0.1/site/"}
WEB = """
title: Web
environments:
  staging: {when: "vars.has_staging"}
  production: {protected: true}
jobs:
  restart: {steps: [{uses: command.run, with: {argv: [systemctl, restart, nginx]}}]}
"""


def write(folder: Path, path: str, text: str) -> Path:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    return folder / path


@pytest.fixture
def stacks(tmp_path: Path) -> Path:
    write(tmp_path, "stacks/web/stack.yml", WEB)
    return tmp_path / "stacks"


def test_the_shipped_stacks_have_no_problems() -> None:
    catalog = Catalog(SHIPPED, lambda: ON_A_LAPTOP)

    assert [str(problem) for problem in catalog.problems] == []
    assert list(catalog.stacks["maintenance"].jobs) == ["enable", "disable"]


def test_an_environment_exists_only_where_its_condition_is_true() -> None:
    catalog = Catalog(SHIPPED, lambda: ON_A_LAPTOP)

    stack, job = catalog.job("maintenance", "enable")

    assert [environment.name for environment in catalog.environments(stack, job)] == ["playground"]


def test_the_only_environment_need_not_be_named(stacks: Path) -> None:
    catalog = Catalog(stacks, lambda: {"has_staging": False})
    stack, job = catalog.job("web", "restart")

    only = catalog.environment(stack, job, None)

    assert only is not None
    assert only.name == "production"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (None, "Restart needs an environment. Name staging or production."),
        ("prodction", 'Restart has no environment "prodction". Did you mean "production"?'),
    ],
)
def test_an_environment_that_is_not_clear_is_asked_for(stacks: Path, name: str | None, sentence: str) -> None:
    catalog = Catalog(stacks, lambda: {"has_staging": True})
    stack, job = catalog.job("web", "restart")

    with pytest.raises(NotFound) as refused:
        catalog.environment(stack, job, name)

    assert str(refused.value) == sentence


def test_a_wrong_name_is_answered_with_the_nearest(stacks: Path) -> None:
    catalog = Catalog(stacks, dict)

    with pytest.raises(NotFound) as no_stack:
        catalog.stack("wen")
    with pytest.raises(NotFound) as no_job:
        catalog.job("web", "restrat")

    assert str(no_stack.value) == 'There is no stack "wen". Did you mean "web"?'
    assert str(no_job.value) == 'Web has no job "restrat". Did you mean "restart"?'
