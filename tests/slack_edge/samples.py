"""Runs, steps, stacks and forms to look at."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.model.form import FieldType, FormField
from bot.model.plan import Plan, Uses
from bot.model.run import HostResult, NextTry, Run, RunStatus, RunView, StepRecord, StepStatus
from bot.model.stack import Environment, Job, Stack
from bot.model.timer import Timer, TimerKind

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)

REASON = FormField(name="reason", type=FieldType.TEXT, label="Reason shown to visitors", max=200)
MINUTES = FormField(
    name="minutes", type=FieldType.INTEGER, label="Planned duration", default=30, min=5, max=240, unit="min"
)
ENABLE = Job(
    name="enable",
    title="Maintenance on",
    description="Shows the maintenance page to all visitors.",
    danger=True,
    lock="site/{{ env.name }}",
    form=(REASON, MINUTES),
    steps=(
        Uses(id="1", title="Put up the page", uses="ansible.run_playbook"),
        Uses(id="2", title="Expect 503", uses="http.expect"),
    ),
    environments=("staging", "production"),
)
DISABLE = Job(
    name="disable",
    title="Maintenance off",
    steps=(Uses(id="1", title="Take down the page", uses="ansible.run_playbook"),),
    environments=("staging", "production"),
)
PING = Job(name="ping", title="Ping", steps=(Uses(id="1", title="Ping", uses="http.expect"),))
MAINTENANCE = Stack(
    name="maintenance",
    title="Maintenance mode",
    description="Put a site behind its maintenance page, and bring it back.",
    owners=("@platform",),
    channel="#ops",
    environments={
        "staging": Environment(name="staging", fields={"url": "https://staging.example.org/"}),
        "production": Environment(name="production", fields={"url": "https://www.example.org/"}, protected=True),
    },
    jobs={"enable": ENABLE, "disable": DISABLE, "ping": PING},
    folder=Path("maintenance"),
)


def run(**changes: Any) -> Run:
    """A run of "Maintenance on"."""
    made = Run(
        number=12,
        stack="maintenance",
        job="enable",
        title="Maintenance on",
        environment="production",
        inputs={"reason": "Database move", "minutes": 30},
        plan=Plan(folder=".", steps=ENABLE.steps, scope={}),
        status=RunStatus.RUNNING,
        started_by_id="U0ADA",
        started_by="Ada Lovelace",
        cause="",
        origin="slack",
        lock="site/production",
        created_at=NOW,
        begun_at=NOW,
    )
    return replace(made, **changes)


def step(id: str = "1", **changes: Any) -> StepRecord:
    """A step of it."""
    made = StepRecord(run=12, id=id, position=1000, title="Put up the page", uses="ansible.run_playbook")
    return replace(made, **changes)


def done(id: str = "1", seconds: float = 12, **changes: Any) -> StepRecord:
    """A step that succeeded."""
    values: dict[str, Any] = {
        "status": StepStatus.SUCCEEDED,
        "begun": True,
        "undoable": True,
        "started_at": NOW,
        "ended_at": NOW + timedelta(seconds=seconds),
    }
    return step(id, **(values | changes))


def view(
    *steps: StepRecord, waits_for: str = "", next_tries: Mapping[str, NextTry] | None = None, **changes: Any
) -> RunView:
    """The run with steps."""
    return RunView(run=run(**changes), steps=steps, waits_for=waits_for, next_tries=next_tries or {})


def timer(**changes: Any) -> Timer:
    """Maintenance off, in an hour."""
    made = Timer(
        id=5,
        kind=TimerKind.START,
        key="then",
        at=NOW + timedelta(hours=1),
        run=12,
        stack="maintenance",
        job="disable",
        environment="production",
        channel="#ops",
    )
    return replace(made, **changes)


def hosts(*states: str) -> tuple[HostResult, ...]:
    """web1, web2 ... in these states."""
    return tuple(HostResult(name=f"web{index}", state=state) for index, state in enumerate(states, start=1))
