"""Terraform by clicks: a yes is given to a plan and good for that one only, and a demo ends by itself."""

import shutil
from datetime import UTC, datetime

import pytest
import requests

from tests.fakes.terraform import terraform_path
from tests.scenarios.conftest import ROOT
from tests.scenarios.watched import runs, start
from tests.slack import read

STACK = """\
stack: network
title: Network
channel: "#ops"
jobs:
  build:
    title: Build the network
    danger: true
    lock: network
    approve: {{by: ["@platform"]}}
    steps:
      - name: built
        title: Build it
        uses: terraform.apply
        with: {{dir: payload, backend_config: {{path: "{state}"}}}}
    announce: "The network has {{{{ built.outputs.hosts }}}} hosts."
  measure:
    title: Measure the network
    lock: network
    steps:
      - {{uses: command.run, with: {{argv: [sh, -c, "until test -e measured; do sleep 0.05; done"]}}}}
"""
NETWORK = """\
terraform {
  backend "local" {}
}
resource "terraform_data" "host" {
  count = 2
  input = "host-${count.index}"
}
output "hosts" {
  value = length(terraform_data.host)
}
"""
#: Is made once there is a file `go`.
SLOW_HOST = """\
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "echo begun >> told; until test -e go; do sleep 0.05; done"
  }
}
"""


@pytest.fixture(scope="module", autouse=True)
def terraform(_shared, tmp_path_factory):
    """A bot with the shipped demos, and the site of the playground; the variables that give it terraform."""
    shutil.rmtree(_shared.stacks / "demo")
    shutil.copytree(ROOT / "stacks" / "demo", _shared.stacks / "demo")
    shutil.copytree(ROOT / "stacks" / "maintenance" / "payload" / "site", _shared.stacks / "maintenance/payload/site")
    home = tmp_path_factory.mktemp("home")
    _shared.write("payload/main.tf", NETWORK, stack="network")
    _shared.write("stack.yml", STACK.format(state=home / "network.tfstate"), stack="network")
    environ = {"PATH": terraform_path(home / "bin"), "HOME": str(home)}
    _shared.start(**environ)
    return environ


def asked(slack, run, part):
    """The message that asks for the yes of a run, once it shows *part*."""

    def newest():
        found = [one for one in slack.messages() if f"#{run.number}" in read(one) and "[Approve]" in read(one)]
        return found[-1] if found and part in read(found[-1]) else None

    return slack.until(newest)


def test_a_yes_is_to_the_plan_that_was_shown_and_what_it_began_outlives_the_bot(bot, slack, terraform):
    measure = start(slack, "Measure the network")
    build = start(slack, "Build the network")
    grace = slack.as_name("grace")
    first = asked(
        slack, build, "Creates 2 things. Undo destroys all of it.\n+ terraform_data.host[0]\n+ terraform_data.host[1]"
    )
    assert 'input: "host-0"' in read(first)
    grace.click(first, "Approve")
    build.until(f"Measure the network (#{measure.number}) holds network")

    bot.write("payload/main.tf", NETWORK + SLOW_HOST, stack="network")
    bot.write("measured", "", stack="network")

    measure.until("*Succeeded*")
    again = asked(slack, build, "Creates 3 things. ")
    assert "*Asked again.* What would happen has changed since it was asked." in read(again)
    assert "+ terraform_data.slow" in read(again)
    grace.click(again, "Approve")
    payload = bot.stacks / "network" / "payload"
    slack.until((payload / "told").exists)
    bot.kill()
    bot.start(**terraform)
    (payload / "go").touch()
    build.until("*Succeeded*")
    assert (payload / "told").read_text() == "begun\n"
    slack.message_with("The network has 2 hosts.")


def test_a_demo_is_a_link_and_ends_by_itself(bot, slack):
    run = start(slack, "Start a demo", {"Environment": "demo-1", "Name": "A demo for <Globex>"})

    run.until("*Succeeded*")
    told = read(slack.message_with("is ready: "))
    url = f"{bot.url}site/demos/demo-1/"
    assert url in told
    assert "<h1>A demo for &lt;Globex&gt;</h1>" in requests.get(url, timeout=30).text
    other = start(slack, "Start a demo", {"Environment": "demo-1", "Name": "Another one"})
    other.until("There is something in demo-1 already.")
    other.until("*Failed*")
    assert "Globex" in requests.get(url, timeout=30).text
    bot.bring("then:demo/end/demo-1", warn_at=datetime.now(UTC))
    warning = slack.message_with("[Extend 30 min]")
    assert all(f"[{label}]" in read(warning) for label in ("End a demo now", "Keep it"))
    bot.bring("then:demo/end/demo-1", at=datetime.now(UTC))

    end = slack.until(lambda: next((one for one in runs(slack) if one.number > other.number), None))
    assert f"after Start a demo (#{run.number}) by Ada Lovelace" in end.until("*Succeeded*")
    slack.message_with("The demo in demo-1 is over")
    assert requests.get(url, timeout=30).status_code == 404
    assert not list((bot.data / "playground" / "demos").iterdir())
