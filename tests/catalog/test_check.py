"""What people are told of the mistakes in their files."""

from pathlib import Path

import pytest

from bot.catalog.catalog import Catalog

MISTAKES = Path(__file__).parent / "mistakes"
MISTAKES_OF_TRIGGERS = Path(__file__).parent / "mistakes_watch"


def told(folder: Path, stack: str) -> list[str]:
    """The problems of a stack, as "line:column: sentence"."""
    (folder / "web").mkdir()
    (folder / "web" / "stack.yml").write_text(stack)
    return [str(problem).partition("stack.yml:")[2] for problem in Catalog(folder, dict).problems]


def told_of_steps(folder: Path, *steps: str) -> list[str]:
    """The sentences about the steps of a job."""
    stack = "jobs:\n  a:\n    steps:\n" + "".join(f"    - {step}\n" for step in steps)
    return [problem.split(": ", 1)[1] for problem in told(folder, stack)]


@pytest.mark.parametrize("folder", [MISTAKES, MISTAKES_OF_TRIGGERS], ids=lambda folder: folder.name)
def test_all_mistakes_of_a_file_are_told_at_once_each_at_its_place(folder: Path) -> None:
    problems = [str(problem) for problem in Catalog(folder, dict).problems]

    assert problems == (folder / "problems.txt").read_text().splitlines()


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
        "{do: [{name: web, uses: terraform.apply, with: {dir: '{{ vars.x }}'}}, {wait: '{{ web.outputs.soon }}s'}]}",
    ],
)
def test_what_can_only_be_known_later_is_no_mistake(tmp_path: Path, step: str) -> None:
    assert told_of_steps(tmp_path, step) == []


def test_an_environment_with_a_name_that_no_menu_takes_is_told_at_its_place(tmp_path: Path) -> None:
    stack = "environments:\n  {}: {{}}\njobs: {{a: {{steps: [{{wait: 1s}}]}}}}\n"

    assert told(tmp_path, stack.format("e" * 151)) == ["2:3: The name has 151 characters; 150 are the most."]


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


RUN = "uses: command.run, with: {argv: [ls, '{{ item }}']}"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (f"{{{RUN}}}", 'There is no "item" here. There is form, job, run, stack and vars.'),
        (f"{{do: [{{{RUN}, each: [a]}}], each: [b]}}", 'There is an "each" around this "each": one of them has to go.'),
        ("{wait: 1s, limit: 2}", '"limit" works only beside "in_parallel" or "each".'),
        (
            f"{{{RUN}, each: [a], retry: {{times: 1, when: failure.why}}}}",
            'There is no "failure.why" here. Did you mean "failure.hint"?',
        ),
        ("{wait: 1s, name: item}", 'A step cannot be called "item": expressions use that word.'),
    ],
)
def test_what_stands_around_a_step_is_checked(tmp_path: Path, step: str, told: str) -> None:
    [problem] = told_of_steps(tmp_path, step)

    assert problem == told


def test_every_hook_knows_how_it_came_out(tmp_path: Path) -> None:
    hook = "[{wait: '{{ run.status | length }}s', when: \"failure.reason == ''\"}]"
    hooks = ", ".join(f"{name}: {hook}" for name in ("on_failure", "on_success", "on_abort", "ensure"))

    assert told(tmp_path, f"jobs: {{a: {{steps: [{{wait: 1s, {hooks}}}], {hooks}}}}}") == []


CHILD = "b: {form: {n: {type: text}}, environments: [eu], steps: [{wait: 1s}]}"


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ("{run: c, with: {n: x}}", 'Web has no job "c". There is a and b.'),
        ("{run: shop/b}", 'There is no stack "shop". There is web.'),
        ("{run: b}", 'The job "b" asks for n: answer it below "with".'),
        ("{run: b, with: {n: x, m: y}}", 'The job "b" does not ask for "m". There is n.'),
        ("{run: b, with: {n: x}, environment: us}", 'The job "b" does not act on "us". Did you mean "eu"?'),
        ("{run: a}", "These jobs run one another without an end: web/a → web/a."),
        ("{wait: 1s, environment: eu}", '"environment" works only beside "run".'),
    ],
)
def test_what_a_step_asks_of_another_job_is_checked(tmp_path: Path, step: str, sentence: str) -> None:
    problems = told(tmp_path, f"environments: {{eu: {{}}, us: {{}}}}\njobs: {{a: {{steps: [{step}]}}, {CHILD}}}")

    assert [problem.split(": ", 1)[1] for problem in problems] == [sentence]


def test_an_expression_in_what_another_program_reads_as_code_is_refused(tmp_path: Path) -> None:
    where = '{orders: {where: "id = {{ run.number }}"}}'
    fields = f"{{source: 'sqlite:///a', target: 'sqlite:///b', key: 'env:KEY', tables: {where}}}"

    told = told_of_steps(tmp_path, f"{{uses: database.copy_masked, with: {fields}}}")

    assert told == ['"tables" holds code, so no expression may stand in it. Write it out.']


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("{}", 'It has no "channel", and neither has the stack.'),
        ("{channel: '#a', on: [end]}", 'item 1 of "on" has to be start, finish, failure or recovery.'),
        ("{channel: '#a', environments: [eu]}", 'There is no environment "eu".'),
        ("{channel: '#a', quiet: {from: '9', until: '10:00'}}", 'write it like "22:00"'),
        ("{channel: '#a', quiet: {from: '09:00', until: '10:00', zone: Berlin}}", 'there is no time zone "Berlin".'),
    ],
)
def test_a_rule_that_tells_nobody_is_told(tmp_path: Path, rule: str, sentence: str) -> None:
    [problem] = told(tmp_path, f"notify: [{rule}]\njobs: {{a: {{steps: [{{wait: 1s}}]}}}}")

    assert sentence in problem


def test_a_digest_has_no_template_and_no_button(tmp_path: Path) -> None:
    announce = '{channel: "#a", digest: daily, template: x}'
    resource = f'{{check: http.versions, with: {{url: "http://a/", pattern: x}}, announce: {announce}}}'

    [problem] = told(tmp_path, f"resources: {{app: {resource}}}\njobs: {{a: {{steps: [{{wait: 1s}}]}}}}")

    assert 'A digest tells of many versions at once, so it has no "template".' in problem


def test_a_stack_that_slack_would_take_for_a_word_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "stack.yml").write_text("jobs: {a: {steps: [{wait: 1s}]}}\n")

    [problem] = Catalog(tmp_path, dict).problems

    assert '"/stack runs" means something else already.' in str(problem)
