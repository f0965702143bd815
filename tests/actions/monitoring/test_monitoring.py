"""Silences and watches, on a real Alertmanager."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from actions.api import ActionFailed, Cancelled
from actions.monitoring.alerts import Alerts
from actions.monitoring.note_alerts import NoteAlerts
from actions.monitoring.silence import Silence
from actions.monitoring.silences import Silences
from actions.monitoring.watch_alerts import WatchAlerts
from tests.fakes import alertmanager as fake
from tests.fakes.ports import free_port

pytestmark = pytest.mark.full

WARNINGS = ['severity="warning"']


@pytest.fixture
def manager(tmp_path) -> Iterator[fake.Alerts]:
    with fake.alertmanager(tmp_path / "alertmanager") as started:
        yield started


def _silence(manager: fake.Alerts, **values: object) -> Silence:
    return Silence.model_validate(
        {"url": manager.url, "matchers": WARNINGS, "minutes": 30, "comment": "Deployment", **values}
    )


def _watch(manager: fake.Alerts, **values: object) -> WatchAlerts:
    return WatchAlerts.model_validate({"url": manager.url, "minutes": 0.02, "every_s": 0.1, **values})


def test_a_preview_says_which_alerts_would_fall_silent_and_who_silenced_them_before(manager, context):
    manager.fire("DiskFull", severity="warning", instance="db1")
    manager.fire("SiteDown")
    _silence(manager, comment="Known").run(context(started_by="Bob"))

    text = _silence(manager).preview(context(previewing=True))

    assert 'Would silence severity="warning" for 30 min; 1 of them fires now.' in text
    assert "DiskFull (db1): DiskFull is not well" in text
    assert "SiteDown" not in text
    assert "Silenced already by Bob until " in text
    assert len(manager.silences()) == 1


def test_a_silence_mutes_ends_by_itself_and_undo_ends_it_at_once(manager, context):
    manager.fire("DiskFull", severity="warning")
    before = datetime.now(UTC)

    done = _silence(manager).run(context())

    [made] = manager.silences()
    assert (made["id"], made["createdBy"], made["comment"]) == (done.silence, "Ada", "Deployment (test #1)")
    assert timedelta(minutes=29) < datetime.fromisoformat(made["endsAt"]) - before < timedelta(minutes=31)
    assert [one["status"]["silencedBy"] for one in manager.firing()] == [[done.silence]]

    back = _silence(manager).undo(done)
    assert back is not None
    assert done.silence in back.run(context()).silence
    assert manager.silences() == []
    assert back.run(context()).silence == ""


def test_whoever_ends_a_silence_is_told_whose_other_one_keeps_its_alerts_silent(manager, context):
    manager.fire("DiskFull", severity="warning", instance="db1")
    _silence(manager, matchers=['instance="db1"'], comment="New disk").run(context(started_by="Bob"))
    _silence(manager, matchers=['instance="db2"'], comment="Another").run(context(started_by="Eve"))
    action = _silence(manager)
    back = action.undo(action.run(context()))
    assert back is not None

    text = back.preview(context(previewing=True))
    done = back.run(context())

    [bobs] = done.still
    assert bobs.startswith("Bob until ")
    assert bobs.endswith("New disk (test #1)")
    assert text.endswith(f"\nAlerts of it stay silent, by {bobs}")


def test_a_second_try_after_a_crash_finds_the_silence_of_the_first(manager, context):
    first = context()
    _silence(manager).run(first)
    [begun] = first.begun
    assert begun.silence == ""

    again = _silence(manager).run(context())
    back = _silence(manager).undo(begun)
    assert back is not None

    assert [one["id"] for one in manager.silences()] == [again.silence]
    assert back.run(context()).silence == again.silence


def test_the_checks_say_what_fires_and_who_silenced_what(manager, context, looking):
    manager.fire("DiskFull", severity="warning", instance="db1")
    done = _silence(manager).run(context(started_by="Ada"))

    [alert] = Alerts(url=manager.url).list_versions(looking())
    [silence] = Silences(url=manager.url).list_versions(looking())

    assert (alert.name, alert.labels["instance"], alert.is_silenced) == ("DiskFull", "db1", True)
    assert (silence.number, silence.by, silence.matchers) == (done.silence, "Ada", WARNINGS)
    assert "Deployment (test #1)" in silence.title


def test_a_watch_fails_as_soon_as_a_critical_alert_fires_and_says_which(manager, context):
    def fire() -> None:
        manager.fire("SiteDown", instance="web1")

    timer = threading.Timer(0.2, fire)
    timer.start()
    with pytest.raises(ActionFailed) as failed:
        _watch(manager, minutes=5).run(context())
    timer.join()

    assert failed.value.reason.startswith("A critical alert fires: SiteDown (web1): SiteDown is not well, since ")


def test_a_warning_and_what_fired_before_do_not_fail_a_watch(manager, context):
    manager.fire("OldTrouble")
    noted = NoteAlerts(url=manager.url).run(context())
    manager.fire("DiskFull", severity="warning")

    _watch(manager, known=noted.firing).run(context())
    _watch(manager).run(context())


def test_an_alert_that_began_between_the_note_and_the_watch_fails_it(manager, context):
    noted = NoteAlerts(url=manager.url).run(context())
    manager.fire("SiteDown")

    with pytest.raises(ActionFailed, match="SiteDown"):
        _watch(manager, known=noted.firing).run(context())


def test_the_deployments_own_silence_blinds_nobody_and_somebody_elses_counts(manager, context):
    known = NoteAlerts(url=manager.url).run(context()).firing
    own = _silence(manager, matchers=['alertname="SiteDown"']).run(context())
    manager.fire("SiteDown")

    _watch(manager, known=known).run(context())
    with pytest.raises(ActionFailed, match="SiteDown"):
        _watch(manager, known=known, own_silences=[own.silence]).run(context())


def test_a_watch_that_sees_nothing_fails_instead_of_saying_that_all_is_well(context):
    action = WatchAlerts(url=f"http://127.0.0.1:{free_port()}", minutes=5, known=[], every_s=0.1, blind_s=0.3)

    with pytest.raises(ActionFailed, match="nobody can tell whether all is well"):
        action.run(context())


def test_a_cancelled_watch_ends_at_once(manager, context):
    with pytest.raises(Cancelled):
        _watch(manager, minutes=5).run(context(cancelled=lambda: True))


def test_an_address_of_something_else_is_named(context, tmp_path):
    with fake.alertmanager(tmp_path / "other") as manager, pytest.raises(ActionFailed, match="answered 404"):
        Silence(url=f"{manager.url}/elsewhere", matchers=WARNINGS, minutes=1, comment="x").run(context())
