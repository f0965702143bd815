"""A step of Slack's Workflow Builder: "Run a stack job". The workflow goes on once the run has succeeded."""

from functools import partial
from typing import Any

from bot.base.errors import NotAllowed, Refused
from bot.control.start import StartJob
from bot.model.message import MessageKind
from bot.model.person import WORKFLOW
from bot.model.run import Run
from bot.model.target import target_of
from bot.slack.client import call
from bot.slack.desk import ORIGIN, Desk, report
from bot.slack.interaction import Ack
from bot.slack.words import understand_answers
from bot.store.store import Transaction


class WorkflowSteps:
    """The listener for the steps that workflows ask for."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def run_job(self, ack: Ack, event: dict[str, Any]) -> None:
        """Start the job once per step. Only then it is acknowledged: after a crash Slack says it again."""
        execution = event.get("function_execution_id")
        if not execution:
            ack()
            return
        try:
            self._start(execution, {name: str(value) for name, value in (event.get("inputs") or {}).items()})
        except Refused as refused:
            self._fail(execution, str(refused))
        except Exception:  # noqa: BLE001 - the listener's boundary: a workflow that hears nothing would wait for ever
            self._fail(execution, report())
        ack()

    def _fail(self, execution: str, why: str) -> None:
        call(self._desk.slack.functions_completeError, function_execution_id=execution, error=why)

    def _start(self, execution: str, inputs: dict[str, str]) -> None:
        """Raises Refused.

        Whoever builds a workflow says for whom it acts, so the person's rights alone would be worth nothing: what
        `workflows` may not, no workflow may for anybody.
        """
        desk, door = self._desk, self._desk.door
        stack, job = desk.stacks.job(inputs.get("stack", ""), inputs.get("job", ""))
        environment = desk.stacks.environment(stack, job, inputs.get("environment") or None)
        target = target_of(stack.name, job.name, environment.name if environment else None)
        if not door.access.may(WORKFLOW, "run", target):
            may = door.access.who_may("run", target)
            raise NotAllowed(f"Workflows may not run {target}.", hint=f"A rule in access.yml has to name them. {may}")
        person = desk.people.of(inputs["person"]) if inputs.get("person") else WORKFLOW
        ask = StartJob(
            person=person,
            stack=stack.name,
            job=job.name,
            environment=environment.name if environment else None,
            inputs=understand_answers(inputs.get("answers", "")),
            key=f"step:{execution}",
            origin=ORIGIN,
            cause="as a step of a workflow",
        )
        door.runs.start(ask, also=partial(_owe_answer, execution))
        desk.wake()


def _owe_answer(execution: str, tx: Transaction, run: Run) -> None:
    """Owe the workflow the end of its step, in the transaction that writes the run."""
    tx.messages.owe(
        key=f"step:{execution}",
        kind=MessageKind.STEP,
        channel=run.channel or "",
        # Its link is part of the answer.
        parent=f"run:{run.number}" if run.channel else None,
        run=run.number,
        body={"execution": execution},
    )
