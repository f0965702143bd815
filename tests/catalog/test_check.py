"""What people are told of the mistakes in their files."""

from pathlib import Path

import pytest

from bot.catalog.catalog import Catalog

MISTAKES = Path(__file__).parent / "mistakes"


def told(folder: Path, stack: str) -> list[str]:
    """The problems of a stack, as "line:column: sentence"."""
    (folder / "web").mkdir()
    (folder / "web" / "stack.yml").write_text(stack)
    return [str(problem).partition("stack.yml:")[2] for problem in Catalog(folder, dict).problems]


def told_of_steps(folder: Path, *steps: str) -> list[str]:
    """The sentences about the steps of a job."""
    stack = "jobs:\n  a:\n    steps:\n" + "".join(f"    - {step}\n" for step in steps)
    return [problem.split(": ", 1)[1] for problem in told(folder, stack)]


def test_all_mistakes_of_a_file_are_told_at_once_each_at_its_place() -> None:
    problems = [str(problem) for problem in Catalog(MISTAKES, dict).problems]

    assert problems == (MISTAKES / "problems.txt").read_text().splitlines()


def test_a_secret_that_was_written_out_is_not_repeated() -> None:
    assert "hunter2" in (MISTAKES / "web" / "stack.yml").read_text()
    assert "hunter2" not in (MISTAKES / "problems.txt").read_text()


LOOK = "{name: look, uses: http.expect, with: {url: 'http://a'}}"
PAUSE = "{wait: '{{ look.outputs.status }}s'}"


@pytest.mark.parametrize(
    "steps",
    [
        (LOOK, PAUSE),
        (f"{{do: [{LOOK}]}}", PAUSE),
        (f"{{in_parallel: [{LOOK}]}}", PAUSE),
        (LOOK, f"{{in_parallel: [{PAUSE}, {PAUSE}]}}"),
        (LOOK[:-1] + f", on_failure: [{PAUSE}]}}",),
    ],
)
def test_a_step_may_name_the_outputs_of_those_before_it(tmp_path: Path, steps: tuple[str, ...]) -> None:
    assert told_of_steps(tmp_path, *steps) == []


@pytest.mark.parametrize("steps", [(PAUSE, LOOK), (f"{{in_parallel: [{LOOK}, {PAUSE}]}}",)])
def test_a_step_may_not_name_outputs_that_are_not_there_yet(tmp_path: Path, steps: tuple[str, ...]) -> None:
    assert told_of_steps(tmp_path, *steps) == ['Step "look" is not done before this one.']


@pytest.mark.parametrize(
    "step",
    [
        "{uses: command.run, with: {argv: [ls], timeout_s: '{{ vars.patience }}'}}",
        "{when: 'vars.region | default(1)', wait: 1s}",
        "{when: '{{ vars.x == 1 }}', undo: '1'}",
        "{uses: command.run, with: {argv: [ls, '1.10'], cwd: /tmp}}",
    ],
)
def test_what_can_only_be_known_later_is_no_mistake(tmp_path: Path, step: str) -> None:
    assert told_of_steps(tmp_path, step) == []


def test_a_misspelt_kind_of_step_is_told_once(tmp_path: Path) -> None:
    assert told_of_steps(tmp_path, "{use: command.run}") == ['step 1 has no key "use". Did you mean "uses"?']


def test_a_field_that_one_environment_lacks_cannot_be_named(tmp_path: Path) -> None:
    problems = told(
        tmp_path,
        """
environments: {a: {url: x}, b: {}}
jobs:
  all: {lock: "{{ env.url }}", steps: [{wait: 1s}]}
  one: {lock: "{{ env.url }}", steps: [{wait: 1s}], environments: [a]}
""",
    )

    assert problems == ['4:15: Environment b has no "url".']


def test_a_job_that_starts_by_itself_needs_no_answers_and_goes_where_the_first_one_went(tmp_path: Path) -> None:
    problems = told(
        tmp_path,
        """
environments: {a: {}, b: {}}
jobs:
  on: {steps: [{wait: 1s}], then: {run: "off", after: 1m}}
  off: {steps: [{wait: 1s}], environments: [a], form: {why: {type: text}, note: {type: text, required: false}}}
""",
    )

    assert problems == [
        '4:41: The job "off" asks for why, and nobody will be there to answer: give a default.',
        '4:41: The job "off" may not act on b, where this one may.',
    ]


@pytest.mark.parametrize(
    "content", ["", "just text", "[]", "jobs: 5", "jobs: {a: 5}", "jobs: {a: {steps: [5]}}", "? x"]
)
def test_whatever_a_file_holds_is_told_and_harms_nothing(tmp_path: Path, content: str) -> None:
    assert told(tmp_path, content)
