"""Steps side by side, and one step for each item of a list."""

from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.model.run import RunStatus
from tests.runner.lab import lines, say, statuses, wait_for

ITEM = "{{ item }}"
FORM = "    form: {hosts: {type: multi_choice, label: Hosts, choices: [web1, web2, web3]}}\n"


def count(folder: str) -> str:
    """A step that says how many of its kind are at work while it is."""
    script = f"mkdir -p {folder}; touch {folder}/$$; ls {folder} | wc -l >>{folder}.seen; sleep 0.3; rm {folder}/$$"
    return f"{{uses: command.run, with: {{argv: [sh, -c, '{script}']}}}}"


def test_a_limit_says_how_many_run_at_once(start: Any, told: Path) -> None:
    steps = ", ".join([count(str(told))] * 5)
    view = start(f"    steps: [{{in_parallel: [{steps}], limit: 2}}]")

    assert view.run.status is RunStatus.SUCCEEDED
    seen = [int(line) for line in lines(told.with_name("told.seen"))]
    assert len(seen) == 5
    assert max(seen) <= 2


def test_the_first_failure_stops_the_others_where_it_is_asked_for(start: Any, told: Path) -> None:
    slow = "{uses: command.run, with: {argv: [sleep, '60']}}"
    view = start(
        f"    steps: [{{in_parallel: [{slow}, {say('bad', title='Bad')}, {say('late')}], limit: 2, fail_fast: true}}]"
    )

    assert view.run.status is RunStatus.FAILED
    assert view.run.reason.startswith("Bad: ")
    assert statuses(view) == {"1": "failed", "1.1": "aborted", "1.2": "failed", "1.3": "aborted"}
    assert view.steps[3].reason == "Stopped, since Bad failed."
    assert lines(told) == ["bad"]


def test_later_steps_see_the_outputs_of_all_that_ran_side_by_side(start: Any, told: Path) -> None:
    both = "{{ a.outputs.code }}{{ b.outputs.code }}"
    view = start(
        f"    steps: [{{in_parallel: [{say('one', name='a')}, {say('two', name='b')}]}}, {say('codes', both)}]"
    )

    assert view.run.status is RunStatus.SUCCEEDED
    assert lines(told)[-1] == "codes 00"


def test_a_step_is_done_for_each_item_in_order(start: Any, told: Path) -> None:
    each = say("host", ITEM, each="'{{ form.hosts }}'", name="done", title="Restart")
    view = start(
        f"{FORM}    steps: [{each}, {say('codes', '{{ done.outputs.all | length }}')}]", hosts=["web2", "web3"]
    )

    assert view.run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["host web2", "host web3", "codes 2"]
    assert [step.title for step in view.steps[:3]] == ["Restart", "Restart: web2", "Restart: web3"]


def test_items_that_are_not_wanted_are_skipped(start: Any, told: Path) -> None:
    view = start(f"    steps: [{say('n', ITEM, each='[1, 2, 3]', when='item != 2')}]")

    assert lines(told) == ["n 1", "n 3"]
    assert statuses(view) == {"1": "succeeded", "1.1": "succeeded", "1.2": "skipped", "1.3": "succeeded"}


def test_the_first_item_that_fails_ends_it(start: Any, told: Path) -> None:
    view = start(f"    steps: [{say(ITEM, each='[good, bad, late]')}]")

    assert view.run.status is RunStatus.FAILED
    assert lines(told) == ["good", "bad"]


def test_each_item_may_have_several_steps_that_know_of_one_another(start: Any, told: Path) -> None:
    inside = f"{say('look', ITEM, name='look')}, {say('saw', ITEM, '{{ look.outputs.code }}')}"
    view = start(f"    steps: [{{do: [{inside}], each: [a, b], limit: 2}}]")

    assert view.run.status is RunStatus.SUCCEEDED
    assert sorted(lines(told)) == ["look a", "look b", "saw a 0", "saw b 0"]
    assert [step.id for step in view.steps] == ["1", "1.1", "1.1.1", "1.1.2", "1.2", "1.2.1", "1.2.2"]


def test_items_stay_as_they_were_when_the_run_goes_on_after_a_wait(start: Any, app: App, told: Path) -> None:
    view = start(
        f"    steps: [{{do: [{say('a', ITEM)}, {{wait: 1s}}, {say('b', ITEM)}], each: [x, y]}}]",
        until=(RunStatus.WAITING,),
    )

    wait_for(lambda: app.control.runs.get(view.run.number).status.is_over)
    assert lines(told) == ["a x", "b x", "a y", "b y"]


@pytest.mark.parametrize("each", ["'{{ form.hosts | length }}'", "'{{ form.hosts | first }}'"], ids=["number", "text"])
def test_what_is_no_list_is_told(start: Any, each: str) -> None:
    view = start(f"{FORM}    steps: [{say('x', ITEM, each=each)}]", hosts=["web1"])

    assert view.run.status is RunStatus.FAILED
    assert "`each`: it has to be a list, and is" in view.run.reason


def test_what_a_person_chose_is_an_item_and_never_an_expression(start: Any, told: Path) -> None:
    form = "    form: {words: {type: text, label: Words}}\n"
    view = start(
        f"{form}    steps: [{say('got', ITEM, each=chr(39) + '{{ [form.words] }}' + chr(39))}]", words="{{ 7 * 7 }}"
    )

    assert view.run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["got {{ 7 * 7 }}"]
