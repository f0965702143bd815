"""The Alertmanager of the outside world answers as the real one does, and calls webhooks as it does."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.api import ActionFailed
from actions.monitoring.client import Alertmanager
from bot.control.watchers.hooks import Hooks
from bot.sandbox.outside.alerts import Alerts, Receiver
from bot.sandbox.outside.outside import Outside
from bot.sandbox.outside.server import ForgeServer
from bot.sandbox.wire import Wrong
from bot.watch.hook_server import HookServer
from tests.actions.recording import Looking
from tests.control.front import Front
from tests.fakes.alertmanager import alertmanager
from tests.fakes.described.described import Described

SITE = {"alertname": "SiteIsSlow", "severity": "critical"}
DISK = {"alertname": "DiskFull", "severity": "warning", "instance": 'the "db"'}
STACK = """
stack: web
webhooks:
  alerts: {sign: alertmanager, secret: "env:X"}
jobs:
  look:
    form: {why: {type: text}}
    triggers: [{alert: {severity: critical}, form: {why: "{{ alert.annotations.summary }}"}}]
    steps: [{wait: 1s}]
"""


@pytest.fixture(params=["ours", pytest.param("alertmanager", marks=pytest.mark.full)])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Alertmanager]:
    """One where two alerts fire."""
    if request.param == "ours":
        alerts = Alerts(lambda: ())
        alerts.fire(SITE, "It is slow.")
        alerts.fire(DISK, "It is full.")
        server = ForgeServer("github", more=alerts.routes())
        server.start()
        yield Alertmanager(Looking(folder=tmp_path), server.url, None)
        server.stop()
        assert Described("alertmanager").problems(server.manners.asked) == []
        return
    with alertmanager(tmp_path / "alertmanager") as real:
        for labels in (SITE, DISK):
            more = {name: value for name, value in labels.items() if name != "alertname"}
            real.fire(labels["alertname"], **more)
        yield Alertmanager(Looking(folder=tmp_path), real.url, None)


CHOSEN: tuple[tuple[list[str], list[str]], ...] = (
    ([], ["DiskFull", "SiteIsSlow"]),
    (['severity="critical"'], ["SiteIsSlow"]),
    (['severity!="critical"'], ["DiskFull"]),
    (['alertname=~"Site.*|Disk"', 'severity=~"crit.+"'], ["SiteIsSlow"]),
    (['instance!~".+"'], ["SiteIsSlow"]),
    (['instance="the \\"db\\""'], ["DiskFull"]),
)


def test_alerts_are_chosen_by_their_labels(manager: Alertmanager) -> None:
    found = [(matchers, sorted(alert.name for alert in manager.firing(matchers))) for matchers, _ in CHOSEN]

    assert found == list(CHOSEN)


def test_a_silence_mutes_until_it_is_ended(manager: Alertmanager) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    made = manager.add(['severity="critical"'], until=until, by="Ada", comment="We know")

    [muted] = manager.silences()
    assert (muted.id, muted.created_by, muted.comment, muted.written) == (
        made,
        "Ada",
        "We know",
        ['severity="critical"'],
    )
    assert {alert.name: alert.status.silenced_by for alert in manager.firing([])} == {
        "SiteIsSlow": [made],
        "DiskFull": [],
    }
    manager.expire(made)
    ended = manager.silence(made)
    assert (ended and ended.is_over, manager.silences()) == (True, [])
    assert [alert.status.silenced_by for alert in manager.firing([])] == [[], []]


def test_a_silence_that_is_over_before_it_begins_is_refused(manager: Alertmanager) -> None:
    with pytest.raises(ActionFailed, match="400: Failed to create silence: start time must be before end time"):
        manager.add(['severity="critical"'], until=datetime.now(UTC) - timedelta(hours=1), by="Ada", comment="We know")


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    front = Front(tmp_path, STACK)
    yield front
    front.store.close()


@pytest.fixture
def hook(front: Front) -> Iterator[str]:
    """The address of the stack's webhook, whose secret is "both know it"."""
    hooks = Hooks(
        store=front.store,
        catalog=front.catalog,
        triggers=front.control.watch.triggers,
        clock=front.clock,
        read_secret=lambda _reference, _folder: "both know it",
    )
    server = HookServer(hooks, host="127.0.0.1", port=0)
    yield f"{server.start()}web/alerts"
    server.stop()


@pytest.fixture
def telling(hook: str) -> Callable[[str], Outside]:
    """Makes a world that calls the webhook with these credentials."""
    return lambda credentials: Outside(receivers=lambda: [Receiver(url=hook, credentials=credentials)])


def test_an_alert_that_fires_calls_the_webhook_and_starts_the_job_each_time(front: Front, telling: Any) -> None:
    alerts = telling("both know it").alerts
    first = alerts.fire(SITE, "It is slow.")
    alerts.fire(DISK, "It is full.")
    assert front.started() == ["look - It is slow. (because the alert SiteIsSlow fires)"]

    alerts.resolve(first.fingerprint)
    assert len(front.started()) == 1
    alerts.fire(SITE, "It is slow again.")

    assert len(front.started()) == 2


def test_nobody_is_called_about_what_is_silenced(front: Front, telling: Any, tmp_path: Path) -> None:
    outside = telling("both know it")
    outside.start()
    try:
        manager = Alertmanager(Looking(folder=tmp_path), outside.url, None)
        until = datetime.now(UTC) + timedelta(hours=1)
        manager.add(['alertname="SiteIsSlow"'], until=until, by="Ada", comment="We know")

        outside.alerts.fire(SITE, "It is slow.")
    finally:
        outside.stop()

    assert front.started() == []


def test_a_webhook_that_does_not_take_it_is_told_and_the_alert_fires(telling: Any) -> None:
    alerts = telling("something else").alerts

    with pytest.raises(Wrong, match="answered 403: There is no such webhook, or the call is not signed as declared"):
        alerts.fire(SITE, "It is slow.")
    assert [alert.labels for alert in alerts.firing] == [SITE]
    with pytest.raises(Wrong, match=r"SiteIsSlow fires already\. Resolve it first\."):
        alerts.fire(SITE, "It is slow.")
