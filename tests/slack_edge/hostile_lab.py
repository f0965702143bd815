"""The whole front door behind the whole edge, with something of everything in its rows; what must never leave it."""

import json
import logging
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import structlog

from bot.control.holds.asking import ask
from bot.control.start import StartJob
from bot.model.approval import StepPreview
from bot.model.person import Person
from bot.model.run import RunStatus
from bot.model.timer import TimerKind
from bot.sandbox.block_kit import MESSAGE_BLOCKS, VIEW
from bot.slack.edge import SlackEdge
from tests.control.house import House, house
from tests.slack_edge.payloads import LOUD, PRODUCT, Known
from tests.slack_edge.tiny_slack import TinySlack

T = TypeVar("T")

ADA = Person(id="U0ADA", name="Ada Lovelace", email="ada@example.org", groups=frozenset({"platform"}))
CANARY = "canary-4f1c9e-do-not-sing"
#: Every type of field, a condition, a group, a danger, and a gate.
STACK = """\
stack: shop
title: Shop
channel: "#ops"
environments: {staging: , production: {protected: true}}
jobs:
  deploy:
    lock: "site/{{ env.name }}"
    form:
      reason: {type: text}
      note: {type: long_text, required: false}
      count: {type: integer, min: 1, max: 9, default: 3}
      share: {type: number, required: false}
      sure: {type: boolean, default: false}
      colour: {type: choice, choices: [red, green], default: red}
      tags: {type: multi_choice, choices: [a, b], required: false}
      day: {type: date, required: false}
      hour: {type: time, required: false}
      at: {type: date_time, required: false}
      length: {type: duration, required: false}
      who: {type: user, required: false}
      where: {type: channel, required: false}
      token: {type: secret, required: false, pattern: "vault:.*"}
      hosts: {type: group, required: false, fields: {name: {type: text}, port: {type: integer, default: 80}}}
      extra: {type: text, when: "form.colour == 'green'"}
    presets: {calm: {colour: green, count: 2}}
    steps: [{uses: command.run, with: {argv: [echo, "{{ form.reason }}"]}}]
  wipe:
    danger: true
    form: {reason: {type: text, default: none}}
    steps: [{uses: command.run, with: {argv: [echo, "{{ form.reason }}"]}}]
  gated:
    approve: {by: ["@platform"], reason: required, form: {ticket: {type: text}}}
    steps: [{wait: 1s}]
  look:
    steps: [{uses: command.run, with: {argv: ["true"]}}]
"""
ACCESS = '- {who: "@platform", may: all, on: ["*", "*/*/production"]}\n'


class Previews:
    """Checks as a start would, and shows nothing."""

    def __init__(self, made: House) -> None:
        self._house = made

    def preview(self, start: StartJob) -> Sequence[StepPreview]:
        self._house.control.runs.prepare(start)
        return ()


class Logged:
    """What the program logs: faults are kept, and what holds the secret; the rest is forgotten."""

    def __init__(self) -> None:
        self.faults: list[dict[str, Any]] = []
        self.secrets: list[dict[str, Any]] = []

    def __call__(self, _logger: Any, method: str, entry: MutableMapping[str, Any]) -> NoReturn:
        if method in {"error", "critical", "exception"}:
            self.faults.append(dict(entry))
        if CANARY in str(entry):
            self.secrets.append(dict(entry))
        raise structlog.DropEvent


@dataclass
class HostileLab:
    """One bot, and what it did that it must not do."""

    folder: Path
    house: House
    slack: TinySlack
    edge: SlackEdge
    logged: Logged
    #: Envelopes that were never acknowledged.
    unanswered: list[tuple[str, Any]] = field(default_factory=list)
    #: What is wrong with something that was said to Slack, and that.
    unfit: list[tuple[str, Any]] = field(default_factory=list)

    def send_all(self, envelopes: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Send them, let the bot end what it does about them, and judge all that it said."""
        left = iter(envelopes)
        while batch := list(islice(left, 500)):
            answers = self.slack.send_all(batch)
            self.unanswered += [one for one, answer in zip(batch, answers, strict=True) if answer == "none"]
            self._judge(answer for answer in answers if answer != "none" and answer)
        self.edge.stop(timeout_s=30)
        self._judge(())

    def started(self) -> int:
        """How many runs there are."""
        return len(self.house.control.runs.recent(limit=1_000_000))

    def allowed(self) -> set[str]:
        """Who was allowed anything, by the audit."""
        with self.house.store.read() as tx:
            records = tx.audit.recent(limit=1_000_000)
        return {one.person_id for one in records if one.answer != "denied"}

    def secrets_kept(self) -> list[str]:
        """The files with the secret in them."""
        files = [file for file in self.folder.rglob("*") if file.is_file()]
        return [file.name for file in files if CANARY.encode() in file.read_bytes()]

    def _judge(self, answers: Iterable[Any]) -> None:
        """Look at what was said since the last time, and forget it.

        Kept, it would be millions of objects, and Python's collector stops the bot for seconds to look through them.
        """
        for said in (*_taken(self.slack.calls), *_taken(self.slack.private), *answers):
            self.unfit += [(wrong, said) for wrong in unfit(said)]


def _taken(grows: list[T]) -> list[T]:
    """What is in a list to which another thread adds, taken out of it."""
    taken = list(grows)
    del grows[: len(taken)]
    return taken


def unfit(said: Any) -> Iterator[str]:
    """What is wrong with something that was said to Slack."""
    text = json.dumps(said, ensure_ascii=False)
    if PRODUCT in text:
        yield "a template was evaluated"
    if CANARY in text:
        yield "a secret"
    for loud in LOUD[:3]:
        if any(loud in words for words in _mrkdwn(said)):
            yield f"a live {loud}"
    for view in _views(said):
        yield from VIEW.broken(view, "/view")
    for blocks in _blocks(said):
        yield from MESSAGE_BLOCKS.broken(blocks, "/blocks")


def _views(said: Any) -> Iterator[Any]:
    holder = said[1] if isinstance(said, tuple) else said
    if "view" in holder:
        yield holder["view"]


def _blocks(said: Any) -> Iterator[Any]:
    holder = said[1] if isinstance(said, tuple) else said
    if holder.get("blocks"):
        yield holder["blocks"]


def _mrkdwn(value: Any) -> Iterator[str]:
    """Texts that Slack reads for mentions: mrkdwn objects, and the plain `text` of a message."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str) and value.get("type") != "plain_text":
            yield value["text"]
        for inner in value.values():
            yield from _mrkdwn(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _mrkdwn(inner)


@contextmanager
def hostile_lab(folder: Path, slack: TinySlack) -> Iterator[HostileLab]:
    """The lab, ended afterwards."""
    logged = Logged()
    structlog.configure(processors=[structlog.processors.format_exc_info, logged])
    logging.getLogger("bot.slack.bolt").setLevel(logging.CRITICAL)
    with house(folder) as made:
        made.write("shop/stack.yml", STACK)
        made.write("access.yml", ACCESS)
        made.catalog.refresh()
        assert made.catalog.problems == ()
        # Slow is another question than silent.
        slack.patience_s = 60.0
        edge = make_edge(made, slack)
        edge.start(timeout_s=10)
        try:
            yield HostileLab(folder, made, slack, edge, logged)
        finally:
            edge.stop(timeout_s=5)
            structlog.reset_defaults()


def make_edge(made: House, slack: TinySlack) -> SlackEdge:
    """An edge before the house's front door."""
    return SlackEdge(
        bot_token=f"xoxb-{CANARY}",
        app_token=f"xapp-{CANARY}",
        api_url=slack.api_url,
        control=made.control,
        catalog=made.catalog,
        store=made.store,
        previewer=Previews(made),
        clock=made.clock,
        nudges=made.nudges,
    )


def furnish(lab: HostileLab) -> Known:
    """A run, an approval, a lock, a timer and a pause, and their names."""
    made = lab.house
    runs = [made.start(job, by=ADA) for job in ("look", "wipe", "gated")]
    with made.store.begin() as tx:
        gate = runs[2].plan.gate
        assert gate
        approval = ask(tx, runs[2], gate, (), now=made.clock.now())
        tx.runs.change(runs[2].number, status=RunStatus.WAITING)
        timer = tx.timers.set(
            key="later",
            kind=TimerKind.START,
            at=made.clock.now() + timedelta(hours=1),
            run=1,
            stack="shop",
            job="look",
            environment="staging",
            channel="#ops",
        )
    made.control.locks.reserve("site/staging", by=ADA, length=timedelta(hours=2), why="mine", origin="slack")
    made.end(1)
    names = [
        "reason",
        "note",
        "count",
        "share",
        "sure",
        "colour",
        "tags",
        "day",
        "hour",
        "at",
        "length",
        "who",
        "where",
    ]
    values: dict[str, list[Any]] = {
        "stack": ["shop"],
        "job": ["deploy", "wipe", "gated", "look"],
        "environment": ["staging", "production", None],
        "run": [1, 2, 3],
        "again": [1, 2, None],
        "timer": [timer.id],
        "approval": [approval.id],
        "lock": ["site/staging", "site/production"],
        "target": ["*", "shop", "shop/deploy", "*/*/staging"],
        "to": ["", "1", "2"],
        "on": ["card", "home"],
        "do": [
            *("approve", "deny", "extend", "preview", "look", "now", "cancel", "release", "leave", "hand"),
            *("take", "retry", "skip", "undo", "abort", "star", "unstar"),
        ],
        "channel": ["C0OPS", None],
        "page": ["confirm", ""],
        "preset": ["calm", ""],
        "turn": ["", "1"],
        "rows": [{"hosts": "0,1"}, {}],
        "answers": [{"reason": "typed"}, {}],
    }
    blocks = ["environment", "preset", "confirm_name", "reason", *(f"field.{name}" for name in names)]
    blocks += ["field.hosts.0.name", "field.hosts.0.port", "field.ticket"]
    return Known(values=values, blocks=blocks, url=f"{lab.slack.url}/response/U0ADA")
