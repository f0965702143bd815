"""What a stack.yml becomes."""

from pathlib import Path

import pytest

from bot.catalog.catalog import Catalog
from bot.model.form import Choice
from bot.model.plan import Do, InParallel, Retry, Undo, Uses, Wait, walk
from bot.model.stack import Job, Stack

STACK = """
environments:
  eu: {region: eu-west-1, zones: [a, b]}
  us:
  test: {when: "vars.tests and 1 < 2", protected: true}
jobs:
  deploy_all:
    environments: [eu, test]
    timeout: 1h30m
    form:
      version: {type: choice, choices: {"1.10": newest, "1.9": "one before"}, default: "1.10"}
      day: {type: date, label: Day, required: false}
    steps:
      - {uses: command.run, with: {argv: [ls]}, name: list, retry: {times: 2, delay: 1m}, timeout: 30s}
      - do:
          - {wait: 5m, when: "{{ env.name == 'eu' }}"}
          - in_parallel: [{uses: command.run, with: {argv: [a]}}, {wait: "{{ form.day }}"}]
            on_failure: [{undo: list}]
    on_failure: [{undo: run, title: Take it back}]
    ensure: [{wait: 1s}]
    then: {run: clean, after: 1d, warn: 10m}
  clean:
    steps: [{wait: 1s}]
"""


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    (tmp_path / "web-shop").mkdir()
    (tmp_path / "web-shop" / "stack.yml").write_text(STACK)
    catalog = Catalog(tmp_path, dict)
    assert catalog.problems == ()
    return catalog.stacks["web-shop"]


@pytest.fixture
def job(stack: Stack) -> Job:
    return stack.jobs["deploy_all"]


def test_titles_are_made_of_names(stack: Stack, job: Job) -> None:
    assert (stack.title, job.title, job.form[0].label, job.form[1].label) == (
        "Web shop",
        "Deploy all",
        "Version",
        "Day",
    )


def test_every_step_has_an_id_that_tells_its_place(job: Job) -> None:
    steps = [(step.id, type(step)) for step in walk(job.steps + job.on_failure + job.ensure)]

    assert steps == [
        ("1", Uses),
        ("2", Do),
        ("2.1", Wait),
        ("2.2", InParallel),
        ("2.2.1", Uses),
        ("2.2.2", Wait),
        ("2.2.on_failure.1", Undo),
        ("on_failure.1", Undo),
        ("ensure.1", Wait),
    ]


def test_a_step_without_a_title_says_what_its_action_is(job: Job) -> None:
    titles = [step.title for step in walk(job.steps + job.on_failure)]

    assert titles == [
        "Run a program on the bot's machine",
        "One after the other",
        "Wait 5m",
        "At the same time",
        "Run a program on the bot's machine",
        "Wait",
        "Undo list",
        "Take it back",
    ]


def test_durations_become_seconds(job: Job) -> None:
    step = job.steps[0]

    assert (job.timeout_s, step.timeout_s, step.retry) == (5400, 30, Retry(times=2, delay_s=60))
    assert job.then is not None
    assert (job.then.after, job.then.warn_s) == ("1d", 600)


def test_a_condition_has_its_braces_whether_they_are_written_or_not(stack: Stack, job: Job) -> None:
    assert stack.environments["test"].when == "{{ vars.tests and 1 < 2 }}"
    assert next(step.when for step in walk(job.steps) if step.when) == "{{ env.name == 'eu' }}"


def test_an_environment_has_the_fields_that_are_written(stack: Stack) -> None:
    assert stack.environments["eu"].fields == {"region": "eu-west-1", "zones": ["a", "b"]}
    assert stack.environments["us"].fields == {}
    assert stack.environments["test"].protected


def test_a_job_acts_on_all_environments_unless_it_names_some(stack: Stack, job: Job) -> None:
    assert job.environments == ("eu", "test")
    assert stack.jobs["clean"].environments == ("eu", "us", "test")


def test_choices_are_kept_as_they_are_written(job: Job) -> None:
    assert job.form[0].choices == (Choice(value="1.10", label="newest"), Choice(value="1.9", label="one before"))
    assert job.form[0].default == "1.10"
