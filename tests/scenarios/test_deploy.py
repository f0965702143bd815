"""A guarded deployment of a real small service, with a real Alertmanager and PostgreSQL: its success, and its ends."""

import io
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests

from tests.fakes.alertmanager import Alerts, alertmanager
from tests.fakes.nginx import nginx
from tests.fakes.postgres import postgres_database
from tests.fakes.restic import restic_repository
from tests.scenarios.conftest import ROOT, Bot
from tests.scenarios.watched import Watched, filled, runs, start
from tests.slack import Slack, read

# A dozen playbooks, on a machine that may be busy.
pytestmark = [pytest.mark.full, pytest.mark.timeout(400)]

STACK = ROOT / "stacks" / "deploy"
ENVIRONMENT = """\
  {name}:
    inventory: "{folder}/hosts.ini"
    root: "{folder}/{site}"
    url: "{url}{site}/current/"
    artefacts: "{folder}/artefacts"
    alertmanager: "{alerts}"
    quiet: ['service="shop"']
    watch_minutes: {watch_minutes}
    database: "{database}"
    database_password: null
    scratch: "{scratch}"
    scratch_password: null
    repository: {{place: "{folder}/backups", password: "file:{folder}/backup.key"}}
"""
HOSTS = """\
[web]
web1
[web:vars]
ansible_connection=local
ansible_pipelining=true
ansible_python_interpreter={{ ansible_playbook_python }}
site_root={{ root }}
"""
PAGE = '<p data-version="{version}"></p>{menu}'
MENU = '<ul id="menu"><li>House filter, 3.20</li></ul>'


def _pack(folder: Path, version: str, menu: str = MENU) -> None:
    folder.mkdir(exist_ok=True)
    with tarfile.open(folder / f"{version}.tar.gz", "w:gz") as packed:
        content = PAGE.format(version=version, menu=menu).encode()
        entry = tarfile.TarInfo("index.html")
        entry.size, entry.mode = len(content), 0o644
        packed.addfile(entry, io.BytesIO(content))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server with version 1.0, and one with none; 1.2 shows no menu, and of 1.3 there is no archive."""
    folder = tmp_path_factory.mktemp("shop")
    for place in ("new", "shop/before"):
        (folder / place).mkdir(parents=True)
    (folder / "hosts.ini").write_text(HOSTS)
    (folder / "backup.key").write_text("not-for-production")
    restic_repository(folder / "backups", "not-for-production")
    for version in ("1.1", "1.4", "1.5"):
        _pack(folder / "artefacts", version)
    _pack(folder / "artefacts", "1.2", menu="")
    first = folder / "shop" / "releases" / "1.0"
    first.mkdir(parents=True)
    (first / "index.html").write_text(PAGE.format(version="1.0", menu=MENU))
    (first / ".complete").touch()
    (folder / "shop" / "current").symlink_to(first)
    return folder


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The shop's: three cakes, and a guest."""
    with postgres_database() as url:
        ask(url, "CREATE TABLE cake AS SELECT * FROM (VALUES ('plum'), ('cherry'), ('apple')) AS menu (name)")
        ask(url, "CREATE TABLE guest AS SELECT 'Ada' AS name")
        yield url


@pytest.fixture(scope="module")
def alerts(folder: Path) -> Iterator[Alerts]:
    with alertmanager(folder / "alertmanager") as started:
        yield started


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    with nginx(folder / "nginx", folder) as started:
        yield started


@pytest.fixture
def url(server: str) -> str:
    """What visitors of the shop see."""
    return f"{server}shop/current/"


@pytest.fixture
def bot(_shared: Bot, folder: Path, database: str, alerts: Alerts, server: str) -> Bot:
    """A bot with the shipped stack: the shop, the same without backups, and a server that has no version yet."""
    if not _shared.is_up:
        file = shutil.copytree(STACK, _shared.stacks / "deploy") / "stack.yml"
        empty = {"database": "", "alerts": ""}
        # In the shop somebody ends it.
        places = {"shop": {"watch_minutes": "20"}, "quick": {"database": ""}, "new": {**empty, "site": "new"}}
        values = {
            "watch_minutes": "0.1",
            "folder": folder,
            "url": server,
            "alerts": alerts.url,
            "site": "shop",
            "database": database,
        }
        values["scratch"] = f"{database.rpartition('/')[0]}/postgres"
        own = "".join(ENVIRONMENT.format(**values | {"name": name, **place}) for name, place in places.items())
        # On a busy machine Ansible takes its time to ask which versions there are.
        text = file.read_text().replace("timeout: 15s", "timeout: 60s")
        text = text.replace("with: {inventory", "with: {timeout_s: 60, inventory")
        before, _, rest = text.partition("environments:\n")
        file.write_text(before + "environments:\n" + own + "jobs:\n" + rest.partition("\njobs:\n")[2])
        _shared.start()
    return _shared


def deploy(slack: Slack, version: str, *, where: str = "quick") -> Watched:
    return start(slack, "Deploy a version", {"Environment": where, "Version": version})


def ask(database: str, statement: str) -> None:
    with psycopg.connect(database, autocommit=True) as session:
        session.execute(statement.encode())


def seen(url: str) -> str:
    """The version that visitors get."""
    return requests.get(url, timeout=5).text.partition('data-version="')[2].partition('"')[0]


def told(slack: Slack, part: str) -> str:
    """A message of the channel, once it is there."""
    return read(slack.message_with(part))


def is_over(slack: Slack, alerts: Alerts) -> None:
    """However it ended: no silence of ours is left."""
    slack.until(lambda: alerts.silences() == [] or None)


def test_a_version_that_works_is_backed_up_brought_out_tested_watched_and_announced(
    slack: Slack, alerts: Alerts, url: str, folder: Path
):
    run = deploy(slack, "1.1", where="shop")
    slack.until(lambda: alerts.silences() or None, timeout_s=30)
    # Known noise, muted by the deployment's own silence, and a warning of somebody else: neither takes it back.
    alerts.fire("Restarting", severity="warning", service="shop")
    alerts.fire("DiskFull", severity="warning")
    watched = run.until("[End it now]", timeout_s=150)
    run.click("Extend 30 min")
    slack.until(lambda: "Changed by Ada Lovelace." in run.text or None)
    run.click("End it now")
    text = run.until("*Succeeded*", timeout_s=150)

    assert seen(url) == "1.1"
    assert "*Watch the alerts* <!date" in watched
    assert "no new alert so far" in watched
    assert "Watch the alerts · Ada Lovelace ended it before its time" in text
    assert "Take the version back" not in text
    assert "cake ok · guest ok" in text, "each table came back in the backup's trial"
    assert any((folder / "backups" / "snapshots").iterdir())
    assert told(slack, "Version 1.1 is out on shop (by Ada Lovelace): tests passed, alerts are quiet.")
    is_over(slack, alerts)


def test_a_backup_from_which_less_comes_back_ends_the_deployment_before_anything_is_changed(
    slack: Slack, alerts: Alerts, url: str, database: str
):
    before = seen(url)
    # What belongs to an extension is not dumped: whoever installs the extension has it.
    ask(database, "ALTER EXTENSION plpgsql ADD TABLE cake")
    try:
        text = deploy(slack, "1.4", where="shop").until("*Failed*", timeout_s=60)
    finally:
        ask(database, "ALTER EXTENSION plpgsql DROP TABLE cake")

    assert "is not whole: cake has 0 rows and had 3." in text
    assert "Do not count on this backup" in text
    assert "*cake failed* · guest ok" in text
    assert "Take the version back" not in text
    assert seen(url) == before
    is_over(slack, alerts)


def test_a_deployment_that_fails_is_taken_back(slack: Slack, alerts: Alerts, url: str):
    before = seen(url)
    run = deploy(slack, "1.3")
    run.until("*Failed*", timeout_s=150)

    message = told(slack, "Version 1.3 was taken back on quick: the deployment itself failed.")
    assert 'web1 failed at "Unpack it"' in message
    assert seen(url) == before
    is_over(slack, alerts)


def test_a_version_whose_tests_fail_is_taken_back_and_the_first_failures_are_told(
    slack: Slack, alerts: Alerts, url: str
):
    before = seen(url)
    run = deploy(slack, "1.2")
    run.until("*Failed*", timeout_s=150)

    message = told(slack, "Version 1.2 was taken back on quick: its tests failed.")
    assert "2 of 3 tests failed: the shop shows its menu: not ok; everything on the menu has a price" in message
    assert seen(url) == before
    is_over(slack, alerts)


def test_a_critical_alert_takes_the_version_back_also_when_the_silence_mutes_it(slack: Slack, alerts: Alerts, url: str):
    before = seen(url)
    run = deploy(slack, "1.4")
    slack.until(lambda: seen(url) == "1.4" or None, timeout_s=150)
    alerts.fire("CheckoutFails", service="shop")
    try:
        run.until("*Failed*", timeout_s=150)
    finally:
        alerts.resolve("CheckoutFails", service="shop")

    message = told(slack, "Version 1.4 was taken back on quick: a critical alert fired.")
    assert "A critical alert fires: CheckoutFails (shop): CheckoutFails is not well, since" in message
    assert seen(url) == before
    is_over(slack, alerts)


def test_a_cancelled_deployment_is_taken_back_and_ends_its_silence(slack: Slack, alerts: Alerts, url: str):
    before = seen(url)
    run = deploy(slack, "1.5")
    slack.until(lambda: seen(url) == "1.5" or None, timeout_s=150)

    run.click("Cancel")
    run.until("*Aborted*", timeout_s=150)

    told(slack, "Version 1.5 was taken back on quick: somebody cancelled the deployment.")
    assert seen(url) == before
    is_over(slack, alerts)


def test_a_rollback_that_fails_calls_the_owners_in_its_thread_and_says_why(slack: Slack):
    slack.click(slack.message_with("[Roll back]"), "Roll back")
    slack.answer(filled(slack), "Environment", "new")
    slack.until(lambda: "There is nothing to choose for Version." in read(filled(slack)) or None)
    slack.close()
    deploy(slack, "1.2", where="new").until("*Failed*", timeout_s=150)

    back = next(run for run in reversed(runs(slack)) if run.text.startswith("Take a version back, new"))
    [called] = slack.until(lambda: [one for one in slack.messages(thread=back.message) if "<!subteam" in read(one)])
    assert "There was no version before 1.2, so there is none to go back to." in read(called)
    assert not [one for one in slack.messages("#ops") if "<!subteam" in read(one)]


def test_one_of_the_last_versions_comes_back_by_a_click(slack: Slack, url: str):
    slack.click(slack.message_with("[Roll back]"), "Roll back")
    slack.answer(filled(slack), "Environment", "quick")
    slack.until(lambda: "Version" in read(filled(slack)).splitlines() or None)
    slack.submit(filled(slack), {"Version": "1.0"})
    slack.submit(filled(slack))

    slack.message_with("quick is back on version 1.0 (by Ada Lovelace)", timeout_s=150)
    assert seen(url) == "1.0"
