"""The daily work in Slack: caches, alerts, servers and backups, on real ones, with the shipped stacks."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.fakes.alertmanager import Alerts, alertmanager
from tests.fakes.aws import moto
from tests.fakes.restic import restic_repository
from tests.fakes.varnish import SECRET, Node, nodes
from tests.scenarios.conftest import ROOT, Bot
from tests.scenarios.watched import filled, start
from tests.slack import Json, Slack, read

pytestmark = pytest.mark.full

NODE = '{{name: {0.name}, http: "{0.http}", admin: "{0.admin}"}}'
BACKUP = """\
  shop:
    database: "sqlite://{folder}/shop.db"
    restored: "sqlite://{folder}/restored.db"
    scratch: ""
    repository: {{place: "{folder}/backups", password: "file:{folder}/backup.key"}}
"""
#: What stands in the place of each stack's own environments.
ENVIRONMENTS = {
    "cache": '  production: {{nodes: [{nodes}], inventory: "", zone: ""}}\n',
    "monitoring": '  production: {{alertmanager: "{alerts}", site: ""}}\n',
    "servers": '  staging: {{region: eu-central-1, inventory: "", at_once: 5}}\n',
    "backup": BACKUP,
}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI-K7MDENG"}


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Node]]:
    with nodes(tmp_path_factory.mktemp("varnish"), ("cache1", "cache2")) as started:
        yield started


@pytest.fixture(scope="module")
def alerts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alerts]:
    with alertmanager(tmp_path_factory.mktemp("alerts")) as started:
        yield started


@pytest.fixture(scope="module")
def cloud() -> Iterator[str]:
    with moto() as url:
        yield url


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with three cakes, and an empty place for its backups."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "backup.key").write_text("not-for-production")
    restic_repository(folder / "backups", "not-for-production")
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        database.executescript("CREATE TABLE cake (name); INSERT INTO cake VALUES ('plum'), ('cherry'), ('apple');")
    return folder


@pytest.fixture
def bot(_shared: Bot, caches: dict[str, Node], alerts: Alerts, cloud: str, folder: Path) -> Bot:
    """A bot with the shipped stacks, for these caches, alerts, servers and this database."""
    if not _shared.is_up:
        values = {
            "nodes": ", ".join(NODE.format(node) for node in caches.values()),
            "alerts": alerts.url,
            "folder": folder,
        }
        for name, own in ENVIRONMENTS.items():
            file = Path(shutil.copytree(ROOT / "stacks" / name, _shared.stacks / name)) / "stack.yml"
            # All that is indented below the key, and the remarks between.
            before, after = re.split(r"(?m)^environments:\n(?:[ #].*\n|\n)*", file.read_text(), maxsplit=1)
            file.write_text(f"{before}environments:\n{own.format(**values)}\n{after}")
        _shared.start(VARNISH_SECRET=SECRET, AWS_ENDPOINT_URL=cloud, **KEYS)
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


def test_a_silence_says_whose_it_is_ends_by_itself_and_is_ended_by_a_click(slack: Slack, alerts: Alerts):
    start(slack, "Silence alerts", {"For how long (min)": 20, "Why": "We replace a disk"}).until("*Succeeded*")

    slack.message_with('Silenced for 20 min on production by Ada Lovelace: severity="warning" (We replace a disk)')
    [silence] = alerts.silences()
    assert (silence["createdBy"], silence["comment"][:17]) == ("Ada Lovelace", "We replace a disk")
    assert silence["endsAt"] > silence["startsAt"]
    slack.click(slack.message_with("[Tell alerts again]"), "Tell alerts again")
    form = filled(slack)
    offered = [one["text"]["text"] for block in form["blocks"] for one in block.get("element", {}).get("options", ())]
    [mine] = [text for text in offered if text.startswith('severity="warning" by Ada Lovelace · until 20')]
    slack.submit(form, {"Which silence": mine})
    slack.message_with("Alerts are told again on production (by Ada Lovelace)")
    assert alerts.silences() == []


def test_a_click_stops_the_servers_and_the_board_says_since_when_and_by_whom(slack: Slack, cloud: str):
    ec2: Any = boto3.client(
        "ec2", region_name="eu-central-1", endpoint_url=cloud, aws_access_key_id="a", aws_secret_access_key="b"
    )
    tags = [{"Key": "Name", "Value": "web1"}, {"Key": "environment", "Value": "staging"}]
    specification = [{"ResourceType": "instance", "Tags": tags}]
    ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, TagSpecifications=specification)

    stop = start(slack, "Stop servers")
    stop.until("*Succeeded*")

    [group] = ec2.describe_instances()["Reservations"]
    assert [server["State"]["Name"] for server in group["Instances"]] == ["stopped"]
    slack.until(lambda: "Now: *Stop servers, staging* since" in board(slack, "Start servers"))
    assert "by Ada Lovelace" in board(slack, "Start servers")


def test_the_evening_asks_first_and_one_button_keeps_the_servers_on_tonight(slack: Slack):
    start(slack, "Good night, staging").until("*Succeeded*")
    warning = slack.message_with("[Extend 30 min]")
    assert "*Stop servers, staging* starts at" in read(warning)

    slack.click(warning, "Cancel")

    def shown() -> Json:
        return next(one for one in slack.messages() if one["ts"] == warning["ts"])

    slack.until(lambda: "cancelled by Ada Lovelace" in read(shown()) or None)
    assert "[" not in read(shown())


def test_a_backup_leaves_its_place_and_counts_in_the_channel_and_comes_back_once_somebody_agrees(
    slack: Slack, folder: Path
):
    start(slack, "Back up now").until("*Succeeded*", timeout_s=120)
    told = read(slack.message_with("of the shop (shop) is in"))
    assert f"{folder}/backups. A trial brought back 3 rows (tables: 1)." in told
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
