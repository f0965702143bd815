"""The daily work in Slack: caches, alerts, servers and backups, on real ones, with the shipped stacks."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest
import requests

from bot.app import App
from bot.base.clock import SystemClock
from bot.sandbox.clock import MovableClock
from bot.settings import Settings
from tests.fakes.alertmanager import Alerts, alertmanager
from tests.fakes.aws import moto
from tests.fakes.nginx_cache import nginx_cache, write_inventory
from tests.fakes.ports import free_port
from tests.fakes.prometheus import prometheus
from tests.fakes.restic import restic_repository
from tests.fakes.varnish import SECRET, Node, nodes, site
from tests.scenarios.conftest import Bot
from tests.scenarios.shipped import ship
from tests.scenarios.watched import filled, runs, start
from tests.slack import Slack, read

pytestmark = pytest.mark.full

NODE = '{{name: {0.name}, http: "{0.http}", admin: "{0.admin}"}}'
BACKUP = """\
  shop:
    database: "sqlite://{folder}/shop.db"
    database_password: null
    restored: "sqlite://{folder}/restored.db"
    restored_password: null
    files: ["{folder}/uploads"]
    restored_files: "{folder}/restored"
    scratch: ""
    scratch_password: null
    repository: {{place: "{folder}/backups", password: "file:{folder}/backup.key"}}
"""
#: What stands in the place of each stack's own environments.
ENVIRONMENTS = {
    "cache": '  production: {{nodes: [{nodes}], look_at: [www.example.org], inventory: "{hosts}", zone: ""}}\n',
    "monitoring": '  playground: {{alertmanager: "{alerts}", site: "{alerts}/-/ready"}}\n',
    "servers": '  staging: {{region: eu-central-1, inventory: "", at_once: 5, health: "{cloud}/moto-api/"}}\n',
    "backup": BACKUP,
}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI-K7MDENG"}
HOOK_SECRET = "told-to-alertmanager-too"
KEEP = "Keep it on tonight"


@dataclass(frozen=True)
class Cloud:
    """Staging's servers, as their owner sees them."""

    url: str

    def add(self, name: str) -> None:
        """Make one; it runs."""
        tags = [{"Key": "Name", "Value": name}, {"Key": "environment", "Value": "staging"}]
        specification = [{"ResourceType": "instance", "Tags": tags}]
        self._ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, TagSpecifications=specification)

    def states(self) -> dict[str, str]:
        """How each stands, by its name."""
        found = [one for group in self._ec2.describe_instances()["Reservations"] for one in group["Instances"]]
        return {tag["Value"]: one["State"]["Name"] for one in found for tag in one["Tags"] if tag["Key"] == "Name"}

    @property
    def _ec2(self) -> Any:
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
        return boto3.client("ec2", region_name="eu-central-1", endpoint_url=self.url, **keys)


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Node]]:
    with nodes(tmp_path_factory.mktemp("varnish"), ("cache1", "cache2")) as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """An nginx that keeps pages, and the inventory that has it."""
    folder = tmp_path_factory.mktemp("nginx")
    write_inventory(folder / "hosts.ini", folder)
    with site() as port, nginx_cache(folder, port) as url:
        yield url, folder / "hosts.ini"


@pytest.fixture(scope="module")
def hooks_port() -> int:
    """Where the bot takes webhooks."""
    return free_port()


@pytest.fixture(scope="module")
def alerts(tmp_path_factory: pytest.TempPathFactory, hooks_port: int) -> Iterator[Alerts]:
    hook = f"http://127.0.0.1:{hooks_port}/hooks/monitoring/alerts"
    with alertmanager(tmp_path_factory.mktemp("alerts"), hook=hook, secret=HOOK_SECRET) as started:
        yield started


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with moto() as url:
        cloud = Cloud(url)
        for name in ("web1", "db1"):
            cloud.add(name)
        yield cloud


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with three cakes, a picture of one, and an empty place for their backups."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "backup.key").write_text("not-for-production")
    (folder / "uploads").mkdir()
    (folder / "uploads" / "plum.jpg").write_bytes(b"a plum cake")
    restic_repository(folder / "backups", "not-for-production")
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        database.executescript("CREATE TABLE cake (name); INSERT INTO cake VALUES ('plum'), ('cherry'), ('apple');")
    return folder


@pytest.fixture
def bot(
    _shared: Bot,
    caches: dict[str, Node],
    pages: tuple[str, Path],
    alerts: Alerts,
    cloud: Cloud,
    folder: Path,
    hooks_port: int,
) -> Bot:
    """A bot with the shipped stacks, for these caches, alerts, servers and this database."""
    if not _shared.is_up:
        values = {
            "nodes": ", ".join(NODE.format(node) for node in caches.values()),
            "hosts": pages[1],
            "alerts": alerts.url,
            "cloud": cloud.url,
            "folder": folder,
        }
        for name, own in ENVIRONMENTS.items():
            ship(name, _shared.stacks, own.format(**values))
        hooks = {"STACKHAND_HOOKS_PORT": str(hooks_port), "ALERTS_HOOK": HOOK_SECRET}
        _shared.start(VARNISH_SECRET=SECRET, AWS_ENDPOINT_URL=cloud.url, **KEYS, **hooks)
    return _shared


def board(slack: Slack, job: str) -> str:
    """The words of the message with the buttons of a job's stack."""
    return read(slack.message_with(f"[{job}]"))


def test_a_flush_names_the_dead_cache_and_the_others_serve_the_page_anew(slack: Slack, caches: dict[str, Node]):
    stale = {node.name: node.get("/") for node in caches.values()}
    assert {node.name: node.get("/") for node in caches.values()} == stale, "it comes from their memory"
    caches["cache1"].end()

    flush = start(slack, "Flush cache", {"Which caches": "Varnish only", "Which ones": "www.example.org/"})
    text = flush.until("*Failed*")

    assert "Not flushed: cache1: it did not answer." in text
    assert "Done on cache2. A retry leaves out what is done." in text
    assert caches["cache2"].get("/") != stale["cache2"]


def test_nginx_forgets_a_page_and_says_before_the_click_that_it_knows_no_tags(slack: Slack, pages: tuple[str, Path]):
    def page() -> str:
        return requests.get(pages[0], headers={"Host": "www.example.org"}, timeout=5).text

    old = page()
    slack.click(slack.message_with("[Flush cache]"), "Flush cache")
    by_tag = {"What to forget": "All pages with a tag (nginx knows none)", "Which ones": "news"}
    slack.submit(filled(slack), {"Which caches": "nginx only", **by_tag})
    told = slack.until(lambda: text if "Would fail" in (text := read(slack.modal())) else None)
    slack.close(all_of_them=True)

    assert "nginx knows no tags" in told
    assert page() == old
    start(slack, "Flush cache", {"Which caches": "nginx only", "Which ones": "www.example.org"}).until("*Succeeded*")
    assert page() != old
    slack.message_with("The cache of production was flushed: www.example.org (by Ada Lovelace)")


def test_a_silence_says_whose_it_is_ends_by_itself_and_is_ended_by_a_click(slack: Slack, alerts: Alerts):
    start(slack, "Silence alerts", {"For how long (min)": 20, "Why": "We replace a disk"}).until("*Succeeded*")

    slack.message_with('Silenced for 20 min on playground by Ada Lovelace: severity="warning" (We replace a disk)')
    [silence] = alerts.silences()
    assert (silence["createdBy"], silence["comment"][:17]) == ("Ada Lovelace", "We replace a disk")
    assert silence["endsAt"] > silence["startsAt"]
    slack.click(slack.message_with("[Tell alerts again]"), "Tell alerts again")
    form = filled(slack)
    offered = [one["text"]["text"] for block in form["blocks"] for one in block.get("element", {}).get("options", ())]
    [mine] = [text for text in offered if text.startswith("Ada Lovelace, until ")]
    assert 'UTC · severity="warning": We repl' in mine
    slack.submit(form, {"Which silence": mine})
    slack.message_with("Alerts are told again on playground (by Ada Lovelace)")
    assert alerts.silences() == []


def test_blank_lines_between_conditions_choose_nothing_and_undo_ends_the_silence(slack: Slack, alerts: Alerts):
    written = '\n  severity="warning"  \n\n \nservice=~"shop|cafe"\n'
    run = start(slack, "Silence alerts", {"Which alerts": written, "For how long (min)": 20, "Why": "Cafe moves"})
    run.until("*Succeeded*")

    slack.message_with('by Ada Lovelace: severity="warning", service=~"shop|cafe" (Cafe moves)')
    [silence] = alerts.silences()
    assert {one["name"] for one in silence["matchers"]} == {"severity", "service"}
    run.click("Undo")
    run.until("undone")
    assert alerts.silences() == []


def test_a_rule_of_prometheus_has_the_site_looked_at_and_the_channel_told(slack: Slack, alerts: Alerts, tmp_path: Path):
    nobody = f"127.0.0.1:{free_port()}"

    with prometheus(tmp_path, alert="CheckoutFails", expr="up == 0", looks_at=nobody, tells=alerts.url):
        slack.message_with("CheckoutFails is not well Looked at playground: visitors are served.")

    alerts.resolve("CheckoutFails", job="site", instance=nobody)


def test_what_cannot_be_undone_says_so_before_the_click_and_a_toggle_what_takes_it_back(slack: Slack):
    slack.click(slack.message_with("[Tell alerts again]"), "Tell alerts again")
    assert "It starts at once. It cannot be undone." in read(filled(slack))
    slack.close()
    slack.click(slack.message_with("[Start servers]"), "Start servers")
    assert "It starts at once. Stop servers takes it back." in read(filled(slack))
    slack.close()

    slack.click(slack.message_with("[Flush cache]"), "Flush cache")
    slack.submit(filled(slack), {"Which ones": "www.example.org/"})

    text = slack.until(lambda: page if "Flush Varnish" in (page := read(filled(slack))) else None)
    assert "*2. Flush Varnish* · cannot be undone" in text
    slack.close(all_of_them=True)


def test_a_server_is_stopped_alone_and_undo_starts_just_this_one(slack: Slack, cloud: Cloud):
    run = start(slack, "Stop servers", {"Only these of them": ["db1"]}, offers="db1, running")
    text = run.until("*Succeeded*")

    assert "db1 changed" in text
    assert "web1" not in text
    assert cloud.states() == {"web1": "running", "db1": "stopped"}
    run.click("Undo")
    run.until("undone")
    assert cloud.states() == {"web1": "running", "db1": "running"}


def test_a_click_stops_the_servers_and_the_board_says_since_when_and_by_whom(slack: Slack, cloud: Cloud):
    start(slack, "Stop servers").until("*Succeeded*")

    assert cloud.states() == {"web1": "stopped", "db1": "stopped"}
    slack.until(lambda: "Now: *Stop servers, staging* <!date" in board(slack, "Start servers"))
    assert "by Ada Lovelace" in board(slack, "Start servers")


@dataclass(frozen=True)
class Nights:
    """A bot of its own with the servers stack, and the clock on the wall in Berlin."""

    app: App
    clock: MovableClock
    slack: Slack

    def at(self, moment: str) -> None:
        """The clock shows *moment*, and the bot looks at it."""
        self.clock.set(in_berlin(moment))
        self.app.control.watch.follow()
        self.app.control.timers.fire_due()

    def ran(self, *titles: str) -> None:
        """These jobs have run, in this order, and no others."""
        ends = [f"{title}, staging: succeeded" for title in titles]
        self.slack.until(lambda: [run.text.partition(" in ")[0] for run in runs(self.slack)] == ends or None)


def in_berlin(moment: str) -> float:
    """When the clocks there show *moment*, in seconds since 1970."""
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()


@pytest.fixture
def nights(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nights]:
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": cloud.url}.items():
        monkeypatch.setenv(name, value)
    ship("servers", tmp_path / "stacks", ENVIRONMENTS["servers"].format(cloud=cloud.url))
    clock = MovableClock(SystemClock())
    clock.set(in_berlin("2026-12-23 12:00"))
    app = App.open(Settings(data=tmp_path / "data", stacks=tmp_path / "stacks", port=0), clock)
    try:
        app.start()
        yield Nights(app, clock, Slack(app.url or ""))
    finally:
        app.close()


def test_staging_sleeps_at_night_unless_somebody_keeps_it_on_and_a_holiday_leaves_it_as_it_is(
    nights: Nights, cloud: Cloud
):
    slack = nights.slack
    nights.at("2026-12-23 12:00")
    nights.at("2026-12-23 19:30")
    slack.click(slack.message_with(f"[{KEEP}]"), KEEP)
    slack.message_with("*Stop servers, staging*: cancelled by Ada Lovelace, it will not start by itself.")
    nights.at("2026-12-23 20:05")
    nights.at("2026-12-24 07:00")
    nights.ran("Good night, staging", "Start servers")

    nights.at("2026-12-24 19:30")
    slack.message_with(f"[{KEEP}]")
    nights.at("2026-12-24 20:05")
    nights.ran("Good night, staging", "Start servers", "Good night, staging", "Stop servers")
    assert set(cloud.states().values()) == {"stopped"}

    nights.at("2026-12-25 07:00")
    slack.message_with("*Start servers* does not start today, a holiday: Christmas Day.")
    nights.at("2026-12-25 19:30")
    slack.message_with("*Good night, staging* does not start today, a holiday: Christmas Day.")
    nights.at("2026-12-28 07:00")
    nights.ran("Good night, staging", "Start servers", "Good night, staging", "Stop servers", "Start servers")
    assert set(cloud.states().values()) == {"running"}


def test_a_backup_leaves_its_place_and_counts_in_the_channel_and_comes_back_once_somebody_agrees(
    slack: Slack, folder: Path
):
    start(slack, "Back up now").until("*Succeeded*", timeout_s=120)
    told = read(slack.message_with("of the shop (shop) is in"))
    assert f"{folder}/backups. A trial brought back 3 rows (tables: 1; files: 1)." in told
    id = told.partition("Backup ")[2][:8]

    slack.click(slack.message_with("[Bring a backup back]"), "Bring a backup back")
    form = slack.until(lambda: view if id in str(view := filled(slack)) else None)
    slack.submit(form, {"Which backup": id})
    slack.submit(filled(slack))
    assert not (folder / "restored.db").exists()
    slack.as_name("grace").click(slack.message_with("[Approve]"), "Approve")

    slack.message_with(f"Backup {id} of the shop was brought back into sqlite://{folder}/restored.db (by Ada Lovelace)")
    with closing(sqlite3.connect(folder / "restored.db")) as database:
        assert database.execute("SELECT count(*) FROM cake").fetchone() == (3,)
