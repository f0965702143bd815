"""A step that runs another job: a run of its own, whose outputs and end come back."""

from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.base.errors import NotNow, Refused
from bot.model.person import Person
from bot.model.run import Decision, Run, RunStatus
from tests.runner.lab import ADA, GRACE, lines, say, wait_for

EVE = Person(id="U0EVE", name="Eve", email="eve@example.org", groups=frozenset({"deployers"}))
CODE = "{{ child.outputs.code }}{{ child.outputs.status }}"


def child_of(app: App, number: int) -> Run:
    wait_for(lambda: bool(app.control.runs.view(number).called))
    return app.control.runs.view(number).called[-1]


def test_its_outputs_and_its_number_come_back(jobs: Any, app: App, told: Path) -> None:
    run = jobs(
        "jobs:\n"
        f"  parent: {{steps: [{{run: child, name: child, with: {{word: hello}}}}, {say('then', CODE)}]}}\n"
        "  child:\n"
        "    callable: only\n"
        "    form: {word: {type: text}}\n"
        f"    steps: [{say('{{ form.word }}', name='it')}]\n"
        "    outputs: {code: '{{ it.outputs.code }}'}\n"
    )

    view = run("parent")

    assert view.run.status is RunStatus.SUCCEEDED, view.run
    assert lines(told) == ["hello", "then 0succeeded"]
    child = view.called[0]
    assert (child.parent, child.parent_step, child.started_by) == (view.run.number, "1", "Ada")
    assert child.cause == f"for {view.run.name}"
    assert view.steps[0].outputs == {"code": 0, "run": child.number, "status": "succeeded"}


def test_a_child_that_fails_fails_its_step_and_says_why(jobs: Any, app: App) -> None:
    run = jobs(
        f"jobs: {{parent: {{steps: [{{title: Deploy, run: child}}]}}, child: {{steps: [{say('bad', title='Say')}]}}}}"
    )

    view = run("parent")

    assert view.run.status is RunStatus.FAILED
    assert view.run.reason == f"Deploy: {view.called[0].name}: Say: ./say ended with code 1."


def test_it_holds_no_worker_while_it_waits(jobs: Any, app: App, told: Path) -> None:
    """Twenty runs wait at once, more than there are workers; each of their children waits, too."""
    run = jobs(f"jobs: {{parent: {{steps: [{{run: child}}]}}, child: {{steps: [{{wait: 2s}}, {say('child')}]}}}}")

    parents = [run("parent", until=(RunStatus.WAITING, RunStatus.SUCCEEDED)).run.number for _ in range(20)]

    wait_for(lambda: all(app.control.runs.get(one).status is RunStatus.SUCCEEDED for one in parents), 60)
    assert lines(told) == ["child"] * 20


def test_who_cancels_the_parent_cancels_the_child(jobs: Any, app: App, told: Path) -> None:
    slow = "{uses: command.run, with: {argv: [sleep, '60']}}"
    run = jobs(
        f"jobs: {{parent: {{steps: [{{run: child}}], on_abort: [{say('parent')}]}}, "
        f"child: {{steps: [{slow}], on_abort: [{say('child')}]}}}}"
    )
    number = run("parent", until=(RunStatus.WAITING,)).run.number
    child = child_of(app, number)
    wait_for(lambda: app.control.runs.get(child.number).status is RunStatus.RUNNING)

    app.control.runs.cancel(number, by=GRACE, origin="cli")

    wait_for(lambda: app.control.runs.get(number).status is RunStatus.ABORTED)
    assert app.control.runs.get(child.number).status is RunStatus.ABORTED
    assert app.control.runs.get(child.number).cancelled_by == "Grace"
    assert lines(told) == ["child", "parent"]


def test_who_cancels_the_child_alone_fails_the_step(jobs: Any, app: App) -> None:
    run = jobs("jobs: {parent: {steps: [{run: child}]}, child: {steps: [{wait: 1h}]}}")
    number = run("parent", until=(RunStatus.WAITING,)).run.number
    child = child_of(app, number)

    app.control.runs.cancel(child.number, by=GRACE, origin="cli")

    wait_for(lambda: app.control.runs.get(number).status is RunStatus.FAILED)
    assert app.control.runs.get(number).reason == f"Child: {child.name}: Cancelled by Grace."


def test_the_child_runs_under_the_lock_of_its_parent(jobs: Any, app: App, told: Path) -> None:
    run = jobs(
        f"jobs: {{parent: {{lock: site, steps: [{{run: child}}]}}, child: {{lock: site, steps: [{say('child')}]}}}}"
    )

    assert run("parent").run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["child"]


def test_the_starter_must_be_allowed_to_run_the_child_too(jobs: Any, app: App, told: Path) -> None:
    rules = app.settings.stacks / "access.yml"
    run = jobs(f"jobs: {{parent: {{steps: [{{run: child}}]}}, child: {{steps: [{say('child')}]}}}}")
    stack = next(name for name in app.catalog.stacks if name.startswith("the_starter_must"))
    rules.write_text(f"- {{who: '@deployers', may: run, on: {stack}/parent}}\n")
    with app.store.begin() as tx:
        tx.people.keep(EVE)
    app.catalog.refresh()
    try:
        denied = run("parent", by=EVE)
        rules.write_text(f"- {{who: '@deployers', may: run, on: {stack}}}\n")
        app.catalog.refresh()
        allowed = run("parent", by=EVE)
    finally:
        rules.unlink()
        app.catalog.refresh()

    assert denied.run.status is RunStatus.FAILED
    assert "You may not run Child" in denied.run.reason
    assert allowed.run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["child"]


def test_a_job_that_only_others_call_is_in_no_menu_and_started_by_nobody(jobs: Any, app: App) -> None:
    run = jobs(f"jobs: {{parent: {{steps: [{{run: child}}]}}, child: {{callable: only, steps: [{say('child')}]}}}}")

    assert [
        offer.job.name for offer in app.control.jobs.offers(EVE) if offer.stack.name.startswith("a_job_that_only")
    ] == ["parent"]
    with pytest.raises(Refused, match="Child is not started by people"):
        run("child")


def test_a_job_of_another_stack_is_run_in_its_environment(jobs: Any, app: App, told: Path) -> None:
    there = "environments: {eu: {}, us: {}}\n"
    jobs(f"{there}jobs: {{roll: {{steps: [{say('roll', '{{ env.name }}')}]}}}}", stack="elsewhere")
    run = jobs("jobs: {parent: {steps: [{run: elsewhere/roll, environment: us}]}}")

    view = run("parent")

    assert view.run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["roll us"]
    assert view.called[0].target == "elsewhere/roll/us"


def test_an_answer_that_does_not_fit_fails_the_step(jobs: Any) -> None:
    run = jobs(
        "jobs:\n  parent: {form: {n: {type: text}}, steps: [{run: child, with: {n: '{{ form.n }}'}}]}\n"
        f"  child: {{form: {{n: {{type: integer}}}}, steps: [{say('child')}]}}\n"
    )

    assert run("parent", n="many").run.reason.startswith("Child: ")


def test_an_interrupted_child_keeps_its_parent_waiting_for_the_decision(jobs: Any, app: App, told: Path) -> None:
    run = jobs(f"jobs: {{parent: {{steps: [{{run: child}}]}}, child: {{steps: [{{wait: 1h}}, {say('after')}]}}}}")
    number = run("parent", until=(RunStatus.WAITING,)).run.number
    child = child_of(app, number)
    wait_for(lambda: app.control.runs.get(child.number).status is RunStatus.WAITING)
    with app.store.begin() as tx:
        tx.steps.change(child.number, "1", status="interrupted")
        tx.runs.change(child.number, status=RunStatus.INTERRUPTED)

    app.control.runs.resolve(child.number, Decision.SKIP, by=ADA, origin="cli")

    wait_for(lambda: app.control.runs.get(number).status is RunStatus.SUCCEEDED)
    assert lines(told) == ["after"]


def test_jobs_that_run_one_another_end(jobs: Any, app: App) -> None:
    """The check names the circle; who starts it all the same is stopped before it fills the database."""
    run = jobs("jobs: {a: {steps: [{run: b}]}, b: {steps: [{run: a}]}}", problems=2)

    view = run("a")

    assert view.run.status is RunStatus.FAILED
    assert "jobs start one another without an end" in view.run.reason


def test_a_cancelled_parent_starts_no_child(jobs: Any, app: App) -> None:
    run = jobs("jobs: {parent: {steps: [{wait: 1h}, {run: child}]}, child: {steps: [{wait: 1h}]}}")
    view = run("parent", until=(RunStatus.WAITING,))
    step = view.run.plan.steps[1]
    app.control.runs.cancel(view.run.number, by=GRACE, origin="cli")

    with pytest.raises(NotNow, match="The run was cancelled"):
        app.control.runs.call(view.run, step, {})
