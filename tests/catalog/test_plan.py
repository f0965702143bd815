"""What a run's plan freezes when the run starts."""

from pathlib import Path
from typing import Any

import pytest

from bot.base.errors import Refused
from bot.catalog.plan import make_plan
from bot.model.plan import Plan, Then, Undo, Uses
from bot.model.stack import Environment, Job, Stack

STEP = Uses(id="1", title="Expect", uses="http.expect", with_={"url": "{{ env.url }}", "token": "env:TOKEN"})
PLAYGROUND = Environment(
    name="playground",
    fields={"url": "{{ vars.url }}", "hosts": ["{{ vars.host }}"], "key": "file:/run/key"},
)
VARS = {"url": "http://127.0.0.1:8080/", "host": "local"}


def job(**values: Any) -> Job:
    return Job(**{"name": "enable", "title": "Maintenance on", "steps": (STEP,), **values})


def stack(job: Job) -> Stack:
    return Stack(
        name="maintenance", title="Maintenance mode", channel="#ops", jobs={job.name: job}, folder=Path("/stacks/m")
    )


def test_a_plan_holds_all_that_a_run_needs_to_know() -> None:
    enable = job(
        on_failure=(Undo(id="on_failure.1", title="Undo", undo="run"),),
        then=Then(run="disable", after="{{ form.minutes }}m", warn_s=300),
        announce="On: {{ form.reason }}",
        timeout_s=60.0,
    )

    plan, lock = make_plan(stack(enable), enable, PLAYGROUND, {"minutes": 30}, VARS)

    assert plan == Plan(
        folder="/stacks/m",
        steps=(STEP,),
        on_failure=enable.on_failure,
        scope={
            "stack": {"name": "maintenance", "title": "Maintenance mode"},
            "job": {"name": "enable", "title": "Maintenance on"},
            "env": {"name": "playground", "url": VARS["url"], "hosts": ["local"], "key": "file:/run/key"},
            "form": {"minutes": 30},
            "vars": VARS,
        },
        then=enable.then,
        announce="On: {{ form.reason }}",
        channel="#ops",
        timeout_s=60.0,
    )
    assert lock is None


def test_a_plan_comes_back_whole_from_its_row() -> None:
    plan, _ = make_plan(stack(job()), job(), PLAYGROUND, {"hosts": ["a"], "note": None}, VARS)

    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def test_the_lock_is_named_when_the_run_starts() -> None:
    enable = job(lock="site/{{ env.name }}/{{ form.site }}")

    _, lock = make_plan(stack(enable), enable, PLAYGROUND, {"site": "{{ 7 * 7 }}"}, VARS)

    assert lock == "site/playground/{{ 7 * 7 }}"


def test_a_job_without_environments_has_a_plan_too() -> None:
    plan, _ = make_plan(stack(job()), job(), None, {}, {})

    assert plan.scope["env"] == {}


def test_an_environment_that_cannot_be_computed_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        make_plan(stack(job()), job(), PLAYGROUND, {}, {"ulr": "x"})

    assert refused.value.reason == (
        "The environment playground is not complete: "
        '{{ vars.url }} cannot be computed: there is no vars.url. Did you mean "ulr"?'
    )


@pytest.mark.parametrize("lock", ["{{ form.site }}", "{{ form.sites }}"])
def test_a_lock_without_a_name_is_refused(lock: str) -> None:
    enable = job(lock=lock)

    with pytest.raises(Refused, match="The lock of Maintenance on has no name"):
        make_plan(stack(enable), enable, PLAYGROUND, {"site": " "}, VARS)


def test_a_lock_whose_name_fits_into_no_button_is_refused() -> None:
    enable = job(lock="{{ form.site }}")

    with pytest.raises(Refused, match="has 201 characters; 200 are the most"):
        make_plan(stack(enable), enable, PLAYGROUND, {"site": "x" * 201}, VARS)
