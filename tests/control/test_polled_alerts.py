"""A real Alertmanager that nobody lets call the bot: its alerts start jobs because the bot asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.watch.guard import Guarded
from bot.watch.look import Looker
from bot.watch.polite import PoliteHttp
from tests.control.front import Front
from tests.fakes.alertmanager import Alerts, alertmanager

pytestmark = pytest.mark.full

STACK = """
stack: web
resources:
  alerts: {{check: monitoring.alerts, every: 1m, with: {{url: "{url}", matchers: ['severity="critical"']}}}}
jobs:
  mend:
    form: {{host: {{type: text}}}}
    triggers:
      - {{version: alerts, when: "alerts.labels.host != 'test'", form: {{host: "{{{{ alerts.labels.host }}}}"}}}}
    steps: [{{wait: 1s}}]
  close:
    triggers: [{{gone: alerts}}]
    steps: [{{wait: 1s}}]
"""


@pytest.fixture
def alerts(tmp_path: Path) -> Iterator[Alerts]:
    with alertmanager(tmp_path / "alertmanager") as started:
        yield started


@pytest.fixture
def front(tmp_path: Path, alerts: Alerts) -> Iterator[Front]:
    front = Front(tmp_path, STACK.format(url=alerts.url))
    yield front
    front.store.close()


def look(front: Front) -> None:
    """Ask it, a minute later."""
    front.clock.pass_(minutes=1)
    looker = Looker(
        clock=front.clock,
        polite=PoliteHttp(front.clock.now),
        guarded=PoliteHttp(front.clock.now, wire=Guarded()),
        read_secret=lambda reference, _folder: reference,
        vars=dict,
    )
    stack = front.catalog.stacks["web"]
    front.control.watch.record(looker.look(stack, stack.resources["alerts"], {}))


def test_an_alert_starts_its_job_once_each_time_it_fires_and_another_when_it_is_over(
    front: Front, alerts: Alerts
) -> None:
    alerts.fire("Down", host="old")
    look(front)
    assert front.started() == [], "the first look is the baseline"

    alerts.fire("Down", host="db1")
    alerts.fire("Down", host="test")
    alerts.fire("Slow", host="db2", severity="warning")
    look(front)
    look(front)
    assert front.started() == ["mend - db1 (because Down fires)"]
    alerts.resolve("Down", host="db1")
    look(front)

    assert front.started()[1:] == ["close - (because Down fires no more)"]
    alerts.fire("Down", host="db1")
    look(front)
    assert front.started()[2:] == ["mend - db1 (because Down fires)"]
