"""servers.start, stop and restart on a cloud that answers as Amazon's does."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import requests
from pydantic import ValidationError

from actions.api import ActionFailed, Cancelled, HostState
from actions.servers.fleet import Switched
from actions.servers.instances import Instances
from actions.servers.restart import Restart
from actions.servers.start import Start
from actions.servers.stop import Stop
from tests.actions.recording import Recording
from tests.fakes.aws import moto
from tests.fakes.ports import free_port

KEYS = {"env:KEY": "AKIAIOSFODNN7EXAMPLE", "env:SECRET": "wJalrXUtnFEMI-K7MDENG"}


class Cloud:
    """The cloud as its owner sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.ec2: Any = boto3.client(
            "ec2", region_name="eu-central-1", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b"
        )

    def add(self, name: str, **tags: str) -> str:
        """One more server, running; returns its id."""
        every = {"Name": name, "environment": "staging", **tags}
        specification = {"ResourceType": "instance", "Tags": [{"Key": k, "Value": v} for k, v in every.items()]}
        made = self.ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, TagSpecifications=[specification])
        return str(made["Instances"][0]["InstanceId"])

    def states(self) -> dict[str, str]:
        """How each server stands, by name."""
        return {
            next(tag["Value"] for tag in one["Tags"] if tag["Key"] == "Name"): one["State"]["Name"]
            for group in self.ec2.describe_instances()["Reservations"]
            for one in group["Instances"]
        }

    def fields(self, **more: Any) -> dict[str, Any]:
        """An action's fields: all of staging, unless *more* says something else."""
        keys = {"access_key": "env:KEY", "secret_key": "env:SECRET"}
        return {
            "region": "eu-central-1",
            "endpoint": self.url,
            "every_s": 0.05,
            **keys,
            "servers": {"environment": "staging"},
            **more,
        }


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with moto() as started:
        yield started


@pytest.fixture
def cloud(url: str) -> Cloud:
    """Three servers that run."""
    requests.post(f"{url}/moto-api/reset", timeout=10).raise_for_status()
    cloud = Cloud(url)
    for name in ("db1", "web1", "web2"):
        cloud.add(name)
    return cloud


@pytest.fixture
def ctx(context: Callable[..., Recording]) -> Callable[..., Recording]:
    def make(**values: object) -> Recording:
        return context(**{"secrets": KEYS, **values})

    return make


def test_servers_are_listed_as_versions_by_their_tags_and_by_id_where_a_name_is_not_enough(cloud, looking):
    first, second = cloud.add("twin", group="web"), cloud.add("twin", group="web")
    cloud.ec2.stop_instances(InstanceIds=[second])
    found = {key: value for key, value in cloud.fields().items() if key not in {"every_s", "servers"}}

    listed = Instances(**found, tags={"group": "web"}).list_versions(looking(secrets=KEYS))

    assert {one.number: one.state for one in listed} == {first: "running", second: "stopped"}
    assert listed[0].tags["Name"] == "twin"
    assert {one.number for one in Instances(**found).list_versions(looking(secrets=KEYS))} >= {"db1", "web1", "web2"}
    assert Instances(**found, tags={"group": "none"}).list_versions(looking(secrets=KEYS)) == []


def test_a_group_is_stopped_and_undo_starts_exactly_those_that_were_stopped(cloud, ctx):
    web1 = next(server for name, server in _ids(cloud).items() if name == "web1")
    cloud.ec2.stop_instances(InstanceIds=[web1])
    stop, told = Stop(**cloud.fields()), ctx()

    assert stop.preview(ctx(previewing=True)) == "2 running, 1 stopped already. Would stop db1, web2."
    done = stop.run(told)

    assert set(cloud.states().values()) == {"stopped"}
    assert told.begun == [done]
    assert {name: told.last(name) for name in told.hosts} == {
        "db1": (HostState.CHANGED, "stopped"),
        "web1": (HostState.OK, "stopped already"),
        "web2": (HostState.CHANGED, "stopped"),
    }
    back = stop.undo(done)
    assert back is not None
    back.run(ctx())
    assert cloud.states() == {"db1": "running", "web1": "stopped", "web2": "running"}


def test_stopping_what_stands_still_changes_nothing_and_leaves_nothing_to_undo(cloud, ctx):
    stop = Stop(**cloud.fields(servers=["web1"]))
    stop.run(ctx())

    again = stop.run(ctx())

    assert again == Switched(changed=[])
    assert stop.undo(again) is None
    assert stop.preview(ctx(previewing=True)) == "1 stopped already. Nothing to do."


def test_servers_go_in_order_and_in_batches_and_stopping_goes_backwards(cloud, ctx):
    for turn, name in enumerate(("web2", "db1", "web1")):
        cloud.ec2.create_tags(Resources=[_ids(cloud)[name]], Tags=[{"Key": "turn", "Value": str(turn)}])
    fields = cloud.fields(order_tag="turn", serial=2)
    stopped, started = ctx(), ctx()

    assert Stop(**fields).preview(ctx()) == "3 running. Would stop web1, db1, web2, 2 at a time."
    Stop(**fields).run(stopped)
    Start(**fields).run(started)

    assert stopped.lines == ["web1: stopped", "db1: stopped", "web2: stopped"]
    assert started.lines == ["web2: running", "db1: running", "web1: running"]


def test_a_batch_that_does_not_become_healthy_holds_up_the_next_and_a_further_try_does_the_rest(cloud, ctx, answering):
    port = free_port()
    Stop(**cloud.fields()).run(ctx())
    # Only db1 answers: the others' addresses lead to a port where nothing listens.
    start = Start(
        **cloud.fields(servers=["db1", "web1", "web2"], serial=1, wait_s=0.3, health=f"tcp://127.0.0.1:{port}")
    )
    told = ctx()

    with answering(port, times=1), pytest.raises(ActionFailed) as failed:
        start.run(told)

    assert failed.value.reason == "Could not start web1: was not running and healthy after 0.3 s."
    assert failed.value.hint == "Done on db1. Not reached: web2. A retry leaves out what is done."
    assert {name: told.last(name)[0] for name in told.hosts} == {
        "db1": HostState.CHANGED,
        "web1": HostState.FAILED,
        "web2": HostState.SKIPPED,
    }
    assert cloud.states() == {"db1": "running", "web1": "running", "web2": "stopped"}

    rest, second = start.rest(told.begun[-1], ["db1"]), ctx()
    with answering(port, times=9):
        done = rest.run(second)

    assert list(second.hosts) == ["web1", "web2"]
    assert set(done.changed) == set(_ids(cloud).values())


def test_a_server_that_the_cloud_refuses_to_stop_is_named_and_its_neighbours_are_stopped(cloud, ctx):
    cloud.ec2.modify_instance_attribute(InstanceId=_ids(cloud)["web1"], DisableApiStop={"Value": True})
    told = ctx()

    with pytest.raises(ActionFailed) as failed:
        Stop(**cloud.fields()).run(told)

    assert failed.value.reason.startswith("Could not stop web1: AWS refused it: ")
    assert cloud.states() == {"db1": "stopped", "web1": "running", "web2": "stopped"}
    assert told.last("web1")[0] is HostState.FAILED


def test_a_restart_leaves_servers_alone_that_stand_still_and_says_that_it_has_no_undo(cloud, ctx):
    Stop(**cloud.fields(servers=["db1"])).run(ctx())
    restart, told = Restart(**cloud.fields(settle_s=0)), ctx()

    assert restart.preview(ctx(previewing=True)) == ("Would restart web1, web2.\nLeft alone, not running: db1.")
    done = restart.run(told)

    assert told.last("web1") == (HostState.CHANGED, "restarted")
    assert told.last("db1") == (HostState.SKIPPED, "not running, left alone")
    assert cloud.states()["db1"] == "stopped"
    assert restart.undo(done) is None


def test_a_name_that_no_server_or_that_two_have_is_refused_before_anything_is_changed(cloud, ctx):
    cloud.add("web2")

    with pytest.raises(ActionFailed, match="There is no server web9 in eu-central-1"):
        Stop(**cloud.fields(servers=["web1", "web9"])).run(ctx())
    with pytest.raises(ActionFailed, match="web2 is the name of 2 servers"):
        Stop(**cloud.fields(servers=["web2"])).run(ctx())

    assert set(cloud.states().values()) == {"running"}


def test_two_servers_of_one_name_are_told_apart_by_their_ids(cloud, ctx):
    second = cloud.add("web2")
    told = ctx()

    Stop(**cloud.fields()).run(told)

    assert f"web2 {second}" in told.hosts


def test_an_aborted_run_stops_waiting(cloud, ctx):
    told = ctx()
    told.cancelled = lambda: bool(told.begun)

    with pytest.raises(Cancelled):
        Start(**cloud.fields(every_s=5, health="tcp://127.0.0.1:1")).run(told)


def test_a_cloud_that_cannot_be_reached_is_said_in_a_sentence(ctx):
    stop = Stop(
        region="eu-central-1",
        endpoint="http://127.0.0.1:1",
        servers=["a"],
        access_key="env:KEY",
        secret_key="env:SECRET",
    )

    with pytest.raises(ActionFailed, match="AWS cannot be reached"):
        stop.preview(ctx())


def test_no_secret_is_told(cloud, ctx):
    told = ctx()

    Stop(**cloud.fields()).run(told)

    assert not any(secret in f"{told.text} {told.hosts} {told.begun}" for secret in KEYS.values())


@pytest.mark.parametrize("nothing", [[], {}])
def test_an_action_on_no_servers_is_refused(nothing: Any):
    with pytest.raises(ValidationError):
        Stop(region="eu-central-1", servers=nothing)


def test_a_group_without_servers_is_a_mistake(cloud, ctx):
    with pytest.raises(ActionFailed, match="No server has the tags environment=live in eu-central-1"):
        Stop(**cloud.fields(servers={"environment": "live"})).run(ctx())


def _ids(cloud: Cloud) -> dict[str, str]:
    return {
        next(tag["Value"] for tag in one["Tags"] if tag["Key"] == "Name"): str(one["InstanceId"])
        for group in cloud.ec2.describe_instances()["Reservations"]
        for one in group["Instances"]
    }
