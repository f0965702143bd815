"""Tells channels of runs by the rules of their stack, besides each run's own message."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.model.message import MessageKind
from bot.model.notify import NotifyRule, Occasion
from bot.model.run import Run, RunStatus
from bot.store.store import Transaction

#: The most urgent first: of one end one thing is told.
_ORDER = (Occasion.FAILURE, Occasion.RECOVERY, Occasion.FINISH)


def tell_start(tx: Transaction, run: Run, *, now: datetime) -> None:
    """Owe what is to be told when *run* begins."""
    for index, rule in enumerate(run.plan.notify):
        if Occasion.START in rule.on and rule.concerns(run.job, run.environment):
            _owe(tx, run, rule, Occasion.START, str(index), now)


def tell_end(tx: Transaction, run: Run, status: RunStatus, *, now: datetime) -> None:
    """Owe what is to be told now that *run* has come to *status*."""
    occasions = _occasions(tx, run, status)
    for index, rule in enumerate(_rules(run, is_failure=status.is_failure)):
        wanted = [occasion for occasion in _ORDER if occasion in occasions and occasion in rule.on]
        if wanted and rule.concerns(run.job, run.environment):
            _owe(tx, run, rule, wanted[0], str(index), now)


def tell_interrupted(tx: Transaction, run: Run, *, now: datetime) -> None:
    """Owe that *run* stands still until somebody says how it goes on: told like a failure, and its starter is called.

    Nothing goes on by itself, and others wait for its lock, but an edit of its message makes no sound.
    """
    told = [one for one in _rules(run, is_failure=True) if one.concerns(run.job, run.environment)]
    told = [one for one in told if Occasion.FAILURE in one.on]
    if run.channel and not run.starter.is_automatic and not any("starter" in one.mention for one in told):
        told.append(NotifyRule(channel=run.channel, on=(Occasion.FAILURE,), mention=("starter",)))
    for index, rule in enumerate(told):
        # It may be interrupted again after the decision, and is then told again.
        _owe(tx, run, rule, Occasion.FAILURE, f"interrupted:{run.revision}:{index}", now)


def _rules(run: Run, *, is_failure: bool) -> Iterator[NotifyRule]:
    yield from run.plan.notify
    is_told = any(Occasion.FAILURE in rule.on and rule.concerns(run.job, run.environment) for rule in run.plan.notify)
    is_elsewhere = run.plan.channel != run.channel
    if run.starter.is_automatic and is_failure and run.plan.channel and is_elsewhere and not is_told:
        # Nobody pressed anything, so nobody looks: those who answer for the stack have to hear of it.
        yield NotifyRule(channel=run.plan.channel, on=(Occasion.FAILURE,))


def _occasions(tx: Transaction, run: Run, status: RunStatus) -> set[Occasion]:
    if status.is_failure:
        return {Occasion.FINISH, Occasion.FAILURE}
    before = tx.runs.status_before(run) if status is RunStatus.SUCCEEDED else None
    if before is not None and before.is_failure:
        return {Occasion.FINISH, Occasion.RECOVERY}
    return {Occasion.FINISH}


def _owe(tx: Transaction, run: Run, rule: NotifyRule, occasion: Occasion, index: str, now: datetime) -> None:
    hours = rule.quiet.around(now) if rule.quiet and occasion is not Occasion.FAILURE else None
    if hours is None:
        told: dict[str, Any] = {
            "occasion": occasion.value,
            "mention": list(rule.mention) if occasion is Occasion.FAILURE else [],
        }
        key = f"run:{run.number}:notify:{index}:{occasion}"
        tx.messages.owe_once(key=key, kind=MessageKind.NOTICE, channel=rule.channel, run=run.number, body=told)
        return
    since, until = hours
    period: dict[str, Any] = {"stack": run.stack, "since": since.isoformat(), "until": until.isoformat()}
    body = {**period, "rule": rule.model_dump(mode="json")}
    key = f"quiet:{run.stack}:{index}:{rule.channel}:{until.isoformat()}"
    tx.messages.owe_once(key=key, kind=MessageKind.QUIET, channel=rule.channel, body=body, not_before=until)
