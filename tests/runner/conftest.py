"""The databases that the engine's contract is held to, and a program whose stacks each test writes."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.control.start import StartJob
from bot.model.person import Person
from bot.model.run import RunStatus, RunView
from bot.settings import Settings
from tests.runner.lab import ADA, STILL, Lab, lab, say, wait_for


@pytest.fixture
def the_lab(tmp_path: Path, database_url: str | None) -> Iterator[Lab]:
    """A lab on each kind of database."""
    with lab(tmp_path, database_url) as made:
        yield made


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("walk")
    (folder / "stacks").mkdir()
    settings = Settings(data=folder / "data", stacks=folder / "stacks")
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("DEPLOY_KEY", "correct-horse-battery")
        app = App.open(settings)
    app.start(slack=False)
    yield app
    app.close()


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Where the steps of this test say that they ran."""
    return tmp_path / "told"


@pytest.fixture
def jobs(app: App, request: pytest.FixtureRequest, told: Path) -> Callable[..., Any]:
    """Declares the jobs of a stack, as YAML; what it returns starts one of them and waits for it."""
    stack = _stack_of(request)
    asked = itertools.count()

    def declare(text: str, *, stack: str = stack, problems: int = 0) -> Callable[..., RunView]:
        folder = app.settings.stacks / stack
        folder.mkdir(exist_ok=True)
        (folder / "say").write_text(f'#!/bin/sh\necho "$*" >>{told}\n[ "$1" != bad ]\n')
        (folder / "say").chmod(0o755)
        (folder / "stack.yml").write_text(f"stack: {stack}\ntitle: T\nchannel: '#ops'\n{text}")
        app.catalog.refresh()
        assert len([problem for problem in app.catalog.problems if f"/{stack}/" in str(problem)]) == problems

        def run(
            job: str,
            *,
            until: tuple[RunStatus, ...] = STILL,
            by: Person = ADA,
            environment: str | None = None,
            **inputs: Any,
        ) -> RunView:
            key = f"{stack} {next(asked)}"
            ask = StartJob(
                person=by, stack=stack, job=job, environment=environment, inputs=inputs, key=key, origin="cli"
            )
            number = app.control.runs.start(ask).number
            wait_for(lambda: app.control.runs.get(number).status in until, 20)
            return app.control.runs.view(number)

        return run

    return declare


@pytest.fixture
def start(jobs: Callable[..., Any]) -> Callable[..., RunView]:
    """Runs a job of the steps that are given as YAML; there is another one, `later`."""

    def run(job: str, **more: Any) -> RunView:
        view: RunView = jobs(f"jobs:\n  job:\n{job}\n  later:\n    steps: [{say('later')}]\n")("job", **more)
        return view

    return run


def _stack_of(request: pytest.FixtureRequest) -> str:
    name: str = request.node.name
    return name.removeprefix("test_").replace("[", "_").rstrip("]")[:60]
